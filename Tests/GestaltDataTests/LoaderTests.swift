import GestaltData
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct LoaderTests {
    static let clips: [Clip] = {
        var configuration = RobotPushGenerator.Configuration()
        (configuration.height, configuration.width, configuration.frames) = (16, 16, 8)
        configuration.supersampling = 1
        let generator = RobotPushGenerator(seed: 1, configuration: configuration)
        return (0..<5).map(generator.clip(at:))
    }()

    static let augmentation = Augmentation(flip: 0.5, shift: 2, brightness: 0.1)

    static func frames(order: BatchOrder, augmentation: Augmentation) -> FrameBatches {
        FrameBatches(
            clips, frames: LabeledFrames.spread(13, over: clips.map(\.frameCount)), batchSize: 4,
            order: order, augmentation: augmentation)
    }

    @Test(arguments: [0, 1, 2, 5])
    func prefetchingChangesNothing(depth: Int) throws {
        let source = Self.frames(order: .shuffled(seed: 9), augmentation: Self.augmentation)
        let loader = BatchLoader(source, prefetch: depth)
        for step in 0..<9 {
            #expect(loader.step == step)
            let batch = try #require(try loader.next())
            let expected = try source.batch(at: step)
            #expect(batch.frames == expected.frames && batch.masks == expected.masks)
            #expect(batch.indices == expected.indices)
        }
    }

    @Test func aLoaderGoesOnWhereAnotherStopped() throws {
        let source = try ClipBatches(
            Self.clips, length: 5, batchSize: 3, order: .shuffled(seed: 2),
            augmentation: Self.augmentation)
        let whole = BatchLoader(source)
        for _ in 0..<4 { _ = try whole.next() }
        let resumed = BatchLoader(source, from: 4)
        for _ in 4..<8 {
            let (a, b) = (try #require(try whole.next()), try #require(try resumed.next()))
            #expect(a.frames == b.frames && a.masks == b.masks && a.windows == b.windows)
        }
    }

    /// Frames before the chosen one come with it, changed as it is; at the beginning of a clip the
    /// first is repeated.
    @Test(arguments: [BatchOrder.once, .shuffled(seed: 3)])
    func framesComeWithThoseBefore(order: BatchOrder) throws {
        let frames = [0, 1, 2, 6].map { FrameIndex(clip: $0 % 3, frame: $0) }
        func batch(_ preceding: Int, _ augmentation: Augmentation) throws -> FrameBatch {
            try FrameBatches(
                ClipList(Self.clips), frames: frames, batchSize: 4, order: order,
                augmentation: augmentation, preceding: preceding
            ).batch(at: 0)
        }
        let plain = try batch(2, .none)
        #expect(plain.frames.shape == [4, 3, 16, 16, 3] && plain.masks?.shape == [4, 16, 16])
        for (row, index) in plain.indices.enumerated() {
            for time in 0..<3 {
                let expected = Self.clips[index.clip].frames[max(0, index.frame + time - 2)]
                #expect(plain.frames[row, time] == expected.centeredPixels())
            }
        }
        let (alone, changed) = (try batch(0, Self.augmentation), try batch(2, Self.augmentation))
        #expect(changed.frames[0..., 2] == alone.frames && changed.masks == alone.masks)
    }

    @Test func seedsGiveOtherOrders() throws {
        let one = Self.frames(order: .shuffled(seed: 1), augmentation: .none)
        let two = Self.frames(order: .shuffled(seed: 2), augmentation: .none)
        #expect(try one.batch(at: 0).indices != two.batch(at: 0).indices)
    }

    @Test(arguments: [0, 3]) func onceComesToAnEnd(prefetch: Int) throws {
        let source = Self.frames(order: .once, augmentation: .none)
        let loader = BatchLoader(source, prefetch: prefetch)
        var sizes: [Int] = []
        while let batch = try loader.next() { sizes.append(batch.frames.shape[0]) }
        #expect(sizes == [4, 4, 4, 1])
        #expect(try loader.next() == nil)
    }

    @Test func batchesHoldTheFramesTheyName() throws {
        let source = Self.frames(order: .shuffled(seed: 3), augmentation: .none)
        let batch = try source.batch(at: 1)
        #expect(batch.frames.shape == [4, 16, 16, 3])
        for (place, index) in batch.indices.enumerated() {
            let clip = Self.clips[index.clip].window(index.frame..<index.frame + 1)
            let frame = batch.frames.sliced(place..<place + 1, axis: 0)
            #expect(frame == clip.frames.centeredPixels())
            #expect(batch.masks?.sliced(place..<place + 1, axis: 0) == clip.masks)
        }
    }

    @Test func windowsHoldTheFramesTheyName() throws {
        let source = try ClipBatches(
            Self.clips, length: 3, batchSize: 2, order: .shuffled(seed: 3))
        var starts: Set<Int> = []
        for step in 0..<30 {
            let batch = try source.batch(at: step)
            #expect(batch.frames.shape == [2, 3, 16, 16, 3])
            for (place, window) in batch.windows.enumerated() {
                starts.insert(window.start)
                let expected = Self.clips[window.clip].window(window.frames).frames.centeredPixels()
                let found = batch.frames.sliced(place..<place + 1, axis: 0)
                #expect(found.reshaped(expected.shape) == expected)
            }
        }
        #expect(starts == Set(0...5))
    }

    @Test func clipsShorterThanTheWindowAreAnError() {
        #expect(throws: ClipError.self) {
            try ClipBatches(Self.clips, length: 9, batchSize: 2, order: .once)
        }
    }

    @Test(arguments: [0, 2]) func errorsArriveAndStay(prefetch: Int) throws {
        let loader = BatchLoader(Failing(), prefetch: prefetch)
        #expect(try loader.next() == 0)
        #expect(try loader.next() == 1)
        #expect(throws: ClipError.self) { try loader.next() }
        #expect(throws: ClipError.self) { try loader.next() }
    }

    @Test func abandonedLoadersEnd() throws {
        for _ in 0..<50 {
            let loader = BatchLoader(Failing(), prefetch: 3)
            _ = try loader.next()
        }
    }
}

/// Two batches, then an error.
private struct Failing: BatchSource {
    var stepsPerPass: Int { 10 }
    var stepCount: Int? { nil }

    func batch(at step: Int) throws -> Int {
        if step == 2 { throw ClipError.unreadable(path: "batch", reason: "made to fail") }
        return step
    }
}
