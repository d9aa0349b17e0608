import GestaltPrior
import GestaltTensor
import TestSupport
import Testing

@Suite struct SamplingPredictionTests {
    private let random = RandomStream(seed: 21)

    @Test(
        "the same seed gives the same video, whatever the batch",
        arguments: [
            SamplingModel(.frames), SamplingModel(.all),
        ])
    func seeds(_ model: SamplingModel) throws {
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

    @Test("token j of sample i is drawn by number j of stream i")
    func numbering() throws {
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

    @Test("the best of several has the largest mean log-probability")
    func best() throws {
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

    @Test("every token is told, and what the callback throws ends the sampling")
    func progress() throws {
        struct Enough: Error {}
        let sampler = VideoSampler(SamplingModel(.plain).predictor, batch: 2)
        var told: [SamplingProgress] = []
        _ = try sampler.codes(.none, samples: 3, random: random) { told.append($0) }
        #expect(told.map(\.tokens) == Array(1...128) + Array(1...128))
        #expect(told.first?.samples == 0..<2 && told.last?.samples == 2..<3)
        #expect(told.last?.fraction == 1)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.fraction < $1.fraction })
        var calls = 0
        #expect(throws: Enough.self) {
            _ = try sampler.codes(.none, random: random) { _ in
                calls += 1
                if calls == 5 { throw Enough() }
            }
        }
        #expect(calls == 5)
    }

    @Test("latent frames arrive one by one and are those of the codes")
    func streaming() async throws {
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

    @Test("a cancelled task stops, and so does a stream that nobody hears")
    func cancellation() async throws {
        let sampler = VideoSampler(SamplingModel(.plain).predictor)
        let random = random
        let task = Task {
            try sampler.codes(.none, random: random) { step in
                // Cancels itself, so that the test needs no clock.
                if step.tokens == 3 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        for try await frame in sampler.latentFrames(.none, random: random) {
            #expect(frame.index == 0)
            break
        }
    }

    @Test("broken weights are told, not drawn from")
    func broken() {
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
