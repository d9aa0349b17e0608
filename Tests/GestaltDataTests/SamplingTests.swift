import GestaltData
import GestaltTensor
import Testing

@Suite struct SamplingTests {
    @Test func labelsSpreadOverAllClips() {
        let lengths = [Int](repeating: 30, count: 240)
        let few = LabeledFrames.spread(10, over: lengths)
        #expect(few.map(\.clip) == [0, 24, 48, 72, 96, 120, 144, 168, 192, 216])
        #expect(few.map(\.frame) == [0, 7, 14, 21, 28, 5, 12, 19, 26, 3])
        let all = LabeledFrames.spread(7200, over: lengths)
        #expect(Set(all).count == 7200)
    }

    @Test func shortClipsWrapAround() {
        let frames = LabeledFrames.spread(4, over: [5, 6])
        #expect(frames.map(\.frame) == [0, 2, 2, 3])
    }

    @Test func everyFifthFrame() {
        let frames = LabeledFrames.every(5, of: [30, 7])
        #expect(frames.map(\.frame) == [0, 5, 10, 15, 20, 25, 0, 5])
    }

    @Test func everyPassHoldsEveryItemOnce() {
        let order = BatchOrder.shuffled(seed: 4)
        let items = (0..<9).flatMap { order.items(step: $0, batchSize: 4, count: 12) }
        for pass in 0..<3 {
            #expect(Set(items[pass * 12..<pass * 12 + 12]) == Set(0..<12))
        }
        #expect(items[0..<12] != items[12..<24])
    }

    @Test func batchesFillUpAcrossPasses() {
        let order = BatchOrder.shuffled(seed: 4)
        let wide = (0..<4).flatMap { order.items(step: $0, batchSize: 8, count: 5) }
        let narrow = (0..<32).flatMap { order.items(step: $0, batchSize: 1, count: 5) }
        #expect(wide == narrow)
    }

    @Test func onceEndsWithASmallerBatch() {
        let order = BatchOrder.once
        #expect(order.items(step: 0, batchSize: 4, count: 6) == [0, 1, 2, 3])
        #expect(order.items(step: 1, batchSize: 4, count: 6) == [4, 5])
        #expect(order.items(step: 2, batchSize: 4, count: 6) == [])
    }

    @Test func windowsNeedLongEnoughClips() {
        let clip = Clip(name: "short", frames: .zeros([5, 2, 2, 3]))
        #expect(throws: ClipError.tooShort(clip: "short", expected: 6, found: 5)) {
            try ClipWindows([clip], length: 6)
        }
    }

    @Test func pixelVarianceIsThatOfTheBytes() throws {
        let pair = Clip(
            name: "pair", frames: Tensor(shape: [1, 1, 2, 3], scalars: [0, 0, 0, 255, 255, 255]))
        #expect(DataSet(name: "pair", clips: [pair]).pixelVariance == 0.25)
    }

    @Test func aRateOfFilmsIsANumberAboveZero() async {
        await #expect(processExitsWith: .failure) { _ = FilmTimes(rate: .infinity) }
        await #expect(processExitsWith: .failure) { _ = FilmTimes(rate: 0) }
    }
}
