import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltTensor
import Synchronization
import Testing

/// Clips whose pixels say which clip and frame they are of; masks in every second frame.
struct NumberedClips: ClipSource {
    var count = 20
    var frames = 6
    var sizes = [(height: 8, width: 8)]

    var description: String { "\(count) numbered clips" }
    /// Of a clip of the first size: frames and masks.
    var clipBytes: Int { frames * sizes[0].height * sizes[0].width * 4 }

    func clip(at index: Int) -> Clip {
        let (height, width) = sizes[index % sizes.count]
        let pixels = height * width
        var colors: [UInt8] = []
        var ids: [UInt8] = []
        for frame in 0..<frames {
            for place in 0..<pixels {
                colors += [
                    UInt8(truncatingIfNeeded: index), UInt8(frame),
                    UInt8(truncatingIfNeeded: place),
                ]
                ids.append(frame % 2 == 0 ? UInt8((index + place) % 4) : Clip.ignoredLabel)
            }
        }
        return Clip(
            name: "clip \(index)",
            frames: Tensor(shape: [frames, height, width, 3], scalars: colors),
            masks: Tensor(shape: [frames, height, width], scalars: ids))
    }
}

@Suite struct ClipCacheTests {
    @Test func clipsUsedLeastRecentlyGoFirst() throws {
        let source = NumberedClips()
        let cache = ClipCache(limit: 3 * source.clipBytes)
        let clips = CachedClips(source, cache: cache)
        for index in [0, 1, 2, 0, 3, 0, 1] {
            #expect(try clips.clip(at: index).frames == source.clip(at: index).frames)
        }
        // 0, 1, 2 are read; 0 is there; 3 takes the place of 1; 0 is there; 1 takes that of 2.
        let report = cache.report
        #expect(report.misses == 5 && report.hits == 2 && report.evictions == 2)
        #expect(report.clips == 3 && report.bytes == 3 * source.clipBytes)
        cache.limit = source.clipBytes
        #expect(cache.report.clips == 1 && cache.report.peakBytes == 3 * source.clipBytes)
        _ = try clips.clip(at: 1)
        #expect(cache.report.hits == 3)
    }

    @Test func clipsBeyondTheLimitAreNotKept() throws {
        let source = NumberedClips()
        let cache = ClipCache(limit: source.clipBytes - 1)
        let clips = CachedClips(source, cache: cache)
        for _ in 0..<3 { #expect(try clips.clip(at: 4).name == "clip 4") }
        #expect(cache.report.clips == 0 && cache.report.misses == 3)
    }

    @Test func aSourceThatIsGoneLeavesTheCache() throws {
        let cache = ClipCache(limit: 1 << 20)
        do {
            let clips = CachedClips(NumberedClips(), cache: cache)
            _ = try clips.clip(at: 0)
            #expect(cache.report.clips == 1)
        }
        #expect(cache.report.clips == 0 && cache.report.bytes == 0)
    }

    @Test func theLimitHoldsForSeveralThreadsAndSources() throws {
        let source = NumberedClips(count: 40)
        let cache = ClipCache(limit: 5 * source.clipBytes + 7)
        let sources = [CachedClips(source, cache: cache), CachedClips(source, cache: cache)]
        let names = try concurrentMap(count: 4) { thread in
            var random = RandomStream(seed: UInt64(thread))
            return try (0..<300).map { _ in
                let index = random.integer(in: 0..<40)
                let clip = try sources[thread % 2].clip(at: index)
                return clip.name == "clip \(index)"
                    && clip.frames[0][0][0][0].scalar == UInt8(index)
                    && cache.report.bytes <= cache.limit
            }
        }
        #expect(names.allSatisfy { $0.allSatisfy { $0 } })
        let report = cache.report
        #expect(report.peakBytes <= cache.limit && report.peakBytes > 4 * source.clipBytes)
        #expect(report.hits + report.misses == 1200 && report.hits > 0)
        #expect(report.evictions > 100)
    }

    @Test func whatIsKnownOfAClipStaysKnown() throws {
        let cache = ClipCache(limit: 0)
        let clips = CachedClips(NumberedClips(), cache: cache)
        let info = try clips.info(at: 3)
        #expect(info.frameCount == 6 && info.size.description == "8 × 8" && info.hasMasks)
        #expect(info.labeledFrames == [0, 2, 4] && info.actionWidth == nil)
        #expect(try clips.info(at: 3) == info && cache.report.misses == 1)
    }
}

@Suite struct LazySetTests {
    static let source = NumberedClips(count: 20)

    static func sets() throws -> (whole: DataSet, lazy: DataSet, cache: ClipCache) {
        let cache = ClipCache(limit: 2 * source.clipBytes)
        let lazy = try DataSet(source, name: "numbers", cache: cache)
        let whole = try DataSet(source, name: "numbers", cache: ClipCache(limit: 1 << 30))
        #expect(whole.isInMemory && !lazy.isInMemory)
        return (whole, lazy, cache)
    }

    @Test func aSetBeyondTheLimitIsKnownAsOneInMemory() throws {
        let (whole, lazy, cache) = try Self.sets()
        #expect(lazy.count == 20 && lazy.infos() == whole.infos())
        #expect(lazy.lengths == whole.lengths && lazy.hasMasks)
        #expect(lazy.labelSummary == whole.labelSummary)
        #expect(lazy.pixelVariance == whole.pixelVariance)
        #expect(lazy.foregroundShare == whole.foregroundShare)
        #expect(LabeledFrames.labeled(in: lazy) == LabeledFrames.labeled(in: whole))
        let some = [FrameIndex(clip: 3, frame: 2), FrameIndex(clip: 3, frame: 3)]
        #expect(LabelSummary(of: lazy, frames: some) == LabelSummary(of: whole, frames: some))
        #expect(lazy.remarks.contains { $0.contains("--cache") } && whole.remarks.isEmpty)
        #expect(cache.report.misses == 0)
        for index in 0..<20 {
            let (a, b) = (try lazy.clip(at: index), whole.clips[index])
            #expect(a.frames == b.frames && a.masks == b.masks && a.name == b.name)
        }
        #expect(cache.report.peakBytes <= cache.limit)
    }

    @Test func batchesAreThoseOfClipsInMemory() throws {
        let (whole, lazy, _) = try Self.sets()
        let augmentation = Augmentation(flip: 0.5, shift: 2, brightness: 0.1)
        let frames = LabeledFrames.labeled(in: whole)
        let one = FrameBatches(
            whole.clips, frames: frames, batchSize: 7, order: .shuffled(seed: 4),
            augmentation: augmentation)
        let two = try FrameBatches(
            lazy, frames: frames, batchSize: 7, order: .shuffled(seed: 4),
            augmentation: augmentation)
        let loader = BatchLoader(two)
        for step in 0..<20 {
            let (a, b) = (try one.batch(at: step), try #require(try loader.next()))
            #expect(a.frames == b.frames && a.masks == b.masks && a.indices == b.indices)
        }
        let windows = try ClipBatches(
            whole, length: 4, batchSize: 3, order: .shuffled(seed: 5), augmentation: augmentation)
        let others = try ClipBatches(
            lazy, length: 4, batchSize: 3, order: .shuffled(seed: 5), augmentation: augmentation)
        for step in 0..<12 {
            let (a, b) = (try windows.batch(at: step), try others.batch(at: step))
            #expect(a.frames == b.frames && a.masks == b.masks && a.windows == b.windows)
        }
    }

    @Test func changesAreThoseOfClipsInMemory() throws {
        let (whole, lazy, cache) = try Self.sets()
        func expectEqual(_ a: DataSet, _ b: DataSet) throws {
            #expect(a.infos() == b.infos() && a.labelSummary == b.labelSummary)
            #expect(a.pixelVariance == b.pixelVariance && !b.isInMemory)
            for index in 0..<a.count {
                let (one, other) = (try a.clip(at: index), try b.clip(at: index))
                #expect(one.frames == other.frames && one.masks == other.masks)
            }
        }
        let target = FrameTarget.multiple(height: 3, width: 5)
        try expectEqual(whole.fitted(to: target, .crop), lazy.fitted(to: target, .crop))
        try expectEqual(whole.keeping([3, 1, 17]), lazy.keeping([3, 1, 17]))
        let (things, parts) = (
            DataSet(name: "a", clips: whole.clips, labelMeaning: .instances),
            try DataSet(Things(), cache: cache)
        )
        try expectEqual(things.classified(into: 2), parts.classified(into: 2))
        let error = #expect(throws: ClipError.self) { try lazy.classified(into: 2) }
        #expect(error?.description.contains("clip 0, frame 0: label 2") ?? false)
        #expect(throws: ClipError.self) { try whole.classified(into: 2) }
    }

    private struct Things: ClipSource {
        var count: Int { LazySetTests.source.count }
        var description: String { "things" }
        var labelMeaning: LabelMeaning { .instances }
        func clip(at index: Int) -> Clip { LazySetTests.source.clip(at: index) }
    }

    /// A clip that is another one than when the set was opened.
    @Test func changedClipsAreAnError() throws {
        let toggle = Switch()
        let set = try DataSet(Shrinking(toggle: toggle), cache: ClipCache(limit: 0))
        _ = try set.clip(at: 1)
        toggle.isShort.withLock { $0 = true }
        let error = #expect(throws: ClipError.self) { try set.clip(at: 1) }
        #expect(error?.description.contains("clip 1: expected 6 frames of 8 × 8") ?? false)
        let batches = try FrameBatches(
            set, frames: [FrameIndex(clip: 0, frame: 5)], batchSize: 1, order: .once)
        #expect(throws: ClipError.self) { try BatchLoader(batches).next() }
    }

    private final class Switch: Sendable {
        let isShort = Mutex(false)
    }

    private struct Shrinking: ClipSource {
        let toggle: Switch
        var count: Int { 2 }
        var description: String { "shrinking" }
        func clip(at index: Int) -> Clip {
            let clip = LazySetTests.source.clip(at: index)
            return toggle.isShort.withLock { $0 } ? clip.window(0..<3) : clip
        }
    }

    @Test("a set ten times the limit takes memory of the limit")
    func memory() async {
        // In a process of its own: other tests use memory, too.
        await #expect(processExitsWith: .success) {
            let source = NumberedClips(count: 40, frames: 16, sizes: [(64, 64)])
            let limit = 4 * source.clipBytes
            let cache = ClipCache(limit: limit)
            Runtime.trimCache()
            let before = Runtime.memory.bytesInUse
            Runtime.resetPeakMemory()
            let set = try DataSet(source, cache: cache)
            let batches = try FrameBatches(
                set, frames: LabeledFrames.labeled(in: set), batchSize: 4,
                order: .shuffled(seed: 1), augmentation: Augmentation(flip: 0.5))
            let loader = BatchLoader(batches)
            for _ in 0..<batches.stepsPerPass { _ = try loader.next() }
            let peak = Runtime.memory.peakBytesInUse - before
            // Besides the limit: a clip a thread, the frames of a few batches, and rounding of buffers.
            let most = limit + (4 + Runtime.availableCPUs) * 2 * source.clipBytes
            require(
                peak < most && peak < 40 * source.clipBytes * 6 / 10,
                "\(peak) bytes at most, \(most) expected, \(40 * source.clipBytes) in all")
            require(
                cache.report.peakBytes <= limit && cache.report.misses > 40, "\(cache.report)")
        }
    }
}

@Suite struct SeveralSizesTests {
    static let source = NumberedClips(
        count: 11, frames: 4, sizes: [(8, 8), (6, 10), (8, 8), (4, 4)])

    @Test func aBatchHoldsFramesOfOneSize() throws {
        let set = try DataSet(Self.source)
        #expect(set.remarks == ["11 numbered clips: frames of 3 sizes; a batch holds one of them"])
        let frames = LabeledFrames.every(1, of: set.lengths)
        let batches = try FrameBatches(
            set, frames: frames, batchSize: 3, order: .shuffled(seed: 2))
        // 24, 12 and 8 frames.
        #expect(batches.stepsPerPass == 8 + 4 + 3)
        var orders: [[FrameIndex]] = []
        for pass in 0..<3 {
            var seen: [FrameIndex] = []
            for step in 0..<batches.stepsPerPass {
                let batch = try batches.batch(at: pass * batches.stepsPerPass + step)
                #expect(batch.indices.count == 3)
                for (place, index) in batch.indices.enumerated() {
                    let clip = try set.clip(at: index.clip)
                    let frame = batch.frames.sliced(place..<place + 1, axis: 0)
                    #expect(frame[0] == clip.frames[index.frame].centeredPixels())
                }
                seen += batch.indices
            }
            // Every frame comes up; 8 frames fill 3 batches of 3 with some of the next pass.
            #expect(seen.count == 45 && Set(seen).count >= 42)
            orders.append(seen)
        }
        #expect(Set(orders.flatMap { $0 }) == Set(frames) && orders[0] != orders[1])
        let again = try FrameBatches(
            set, frames: frames, batchSize: 3, order: .shuffled(seed: 2))
        #expect(try again.batch(at: 17).frames == batches.batch(at: 17).frames)
    }

    @Test func onceGivesEveryFrameAndWindowOnce() throws {
        let set = try DataSet(Self.source)
        let frames = LabeledFrames.every(1, of: set.lengths)
        let batches = try FrameBatches(set, frames: frames, batchSize: 5, order: .once)
        let loader = BatchLoader(batches)
        var seen: [FrameIndex] = []
        while let batch = try loader.next() { seen += batch.indices }
        #expect(seen.count == 44 && Set(seen) == Set(frames))
        let windows = try ClipBatches(set, length: 3, batchSize: 2, order: .once)
        #expect(windows.sizes.map(\.description) == ["8 × 8", "6 × 10", "4 × 4"])
        var clips: [Int] = []
        for step in 0..<windows.stepsPerPass {
            let batch = try windows.batch(at: step)
            clips += batch.windows.map(\.clip)
            #expect(
                Set(batch.windows.map { set.info(at: $0.clip).size.height })
                    == [batch.frames.shape[2]])
        }
        #expect(clips.sorted() == Array(0..<11))
    }

    @Test func whatNeedsOneSizeSaysSo() throws {
        let set = try DataSet(Self.source, name: "mixed")
        let error = #expect(throws: ClipError.self) { try set.requireOneSize() }
        #expect(
            error?.description
                == "mixed, clip 1: expected 8 × 8 pixels as in the first clip (--size makes all "
                + "alike), found 6 × 10")
        let exact = try set.fitted(to: .exactly(height: 8, width: 8), .pad)
        try exact.requireOneSize()
        #expect(try exact.clip(at: 3).frames.shape == [4, 8, 8, 3])
        let even = try set.fitted(to: .multiple(height: 4, width: 4), .crop)
        #expect(Set(even.infos().map(\.size.description)) == ["8 × 8", "4 × 8", "4 × 4"])
        #expect(throws: ClipError.self) { try set.fitted(to: .multiple(height: 4, width: 4), nil) }
    }
}
