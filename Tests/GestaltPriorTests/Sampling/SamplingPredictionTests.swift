import GestaltIO
import GestaltPrior
import GestaltTensor
import TestSupport
import Testing

@Suite struct SamplingPredictionTests {
    private let random = RandomStream(seed: 21)

    @Test(arguments: [
        SamplingModel(.frames), SamplingModel(.all),
    ])
    func theSameSeedGivesTheSameVideoWhateverTheBatch(_ model: SamplingModel) throws {
        let predictor = model.predictor
        func predict(_ batch: Int, _ random: RandomStream) throws -> Prediction {
            try VideoSampler(predictor, batch: batch).predict(
                frames: model.frames(clips: 2), classes: model.classes(clips: 2),
                actions: model.actions(clips: 2), samples: 3, random: random)
        }
        let one = try predict(1, random)
        for batch in [3, 4, 6] {
            let other = try predict(batch, random)
            #expect(other.codes == one.codes)
            #expect(other.logProbabilities == one.logProbabilities)
            #expect(other.video == one.video)
        }
        #expect(try predict(6, RandomStream(seed: 22)).codes != one.codes)
        #expect(one.codes.shape == [2, 3, 2, 8, 8])
        #expect(one.video.shape == [2, 3, 8, 16, 16, 3])
        #expect(one.video.min().scalar >= 0 && one.video.max().scalar <= 1)
        #expect(one.codes[0][0] != one.codes[0][1])
    }

    @Test func tokenJOfSampleIIsDrawnByNumberJOfStreamI() throws {
        let model = SamplingModel(.plain)
        let sampler = VideoSampler(model.predictor)
        let sampled = try sampler.codes(.none, samples: 2, random: random)
        let codes = sampled.codes.reshaped([2, 2, 8, 8])
        let logits = stepwiseLogits(sampler.weights, .none, codes)
        let rows = logits.reshaped([2, 128, 40])
        for sample in 0..<2 {
            var sum = 0.0
            let draw = CodeDraw(SamplingOptions(), codes: 40)
            let drawn = codes[sample].flattened().scalars
            for token in 0..<128 {
                var stream = random.split(UInt64(sample))
                stream.counter = UInt64(token)
                let one = try #require(draw.draw(rows[sample][token].scalars, stream.number()))
                #expect(one.code == Int(drawn[token]))
                sum += one.logProbability
            }
            #expect(sampled.logProbabilities.scalars[sample] == Float(sum / 128))
        }
    }

    @Test func theBestOfSeveralHasTheLargestMeanLogProbability() throws {
        let model = SamplingModel(.classes)
        let sampler = VideoSampler(model.predictor)
        let condition = sampler.condition(classes: model.classes(clips: 2))
        let all = try sampler.codes(condition, samples: 4, random: random)
        let best = all.best
        #expect(best.codes.shape == [2, 1, 2, 8, 8])
        for clip in 0..<2 {
            let row = all.logProbabilities[clip]
            #expect(best.logProbabilities[clip].scalars == [row.max().scalar])
            #expect(best.codes[clip][0] == all.codes[clip][all.likeliest[clip]])
        }
        let chosen = try sampler.predict(
            classes: model.classes(clips: 2), bestOf: 4, random: random)
        #expect(chosen.codes == best.codes && chosen.video.shape == [2, 1, 8, 16, 16, 3])
    }

    /// Every token is reported, and an error of the handler ends the sampling.
    @Test func progress() throws {
        struct Enough: Error {}
        let sampler = VideoSampler(SamplingModel(.plain).predictor, batch: 2)
        let counter = Counter()
        _ = try sampler.codes(.none, samples: 3, random: random) { step in
            counter.see(step.done)
            #expect(step == WorkProgress(done: step.done, total: 3 * 128, unit: "tokens"))
        }
        // Two samples at once, then the third.
        #expect(counter.seen == Array(stride(from: 2, through: 256, by: 2)) + Array(257...384))
        let calls = Counter()
        #expect(throws: Enough.self) {
            _ = try sampler.codes(.none, random: random) { step in
                calls.see(step.done)
                if step.done == 5 { throw Enough() }
            }
        }
        #expect(calls.seen == [1, 2, 3, 4, 5])
    }

    @Test func aRolloutReportsTheTokensOfAllWindows() throws {
        let model = SamplingModel(.frames)
        let counter = Counter()
        let clip = model.predictor.configuration.clipLength
        _ = try VideoSampler(model.predictor).rollout(
            frames: model.frames(clips: 1)!, length: clip + 1, random: random
        ) { step in
            counter.see(step.done)
            #expect(step.total == 2 * 128)
        }
        #expect(counter.seen == Array(1...256))
    }

    @Test func latentFramesArriveOneByOneAndAreThoseOfTheCodes() async throws {
        let sampler = VideoSampler(SamplingModel(.plain).predictor, batch: 2)
        let codes = try sampler.codes(.none, samples: 3, random: random).codes[0]
        var seen: [SampledFrame] = []
        for try await frame in sampler.latentFrames(.none, samples: 3, random: random) {
            seen.append(frame)
        }
        #expect(seen.map(\.index) == [0, 1, 0, 1])
        for frame in seen {
            for (place, sample) in frame.samples.enumerated() {
                #expect(frame.codes[place] == codes[sample][frame.index])
            }
        }
    }

    @Test func aCancelledTaskStopsAndSoDoesAStreamThatNobodyHears() async throws {
        let sampler = VideoSampler(SamplingModel(.plain).predictor)
        let random = random
        let task = Task {
            try sampler.codes(.none, random: random) { step in
                // Cancels itself, so that the test needs no clock.
                if step.done == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        for try await frame in sampler.latentFrames(.none, random: random) {
            #expect(frame.index == 0)
            break
        }
    }

    @Test func brokenWeightsAreToldNotDrawnFrom() {
        var predictor = SamplingModel(.plain).predictor
        predictor.prior.output = .init(repeating: .nan, shape: [24, 40])
        #expect(throws: SamplingError.notFinite(sample: 0, token: 0)) {
            _ = try VideoSampler(predictor).codes(.none, random: random)
        }
        #expect(throws: (any Error).self) {
            _ = try VideoSampler(predictor).codes(
                .none, options: SamplingOptions(topP: 2), random: random)
        }
    }
}
