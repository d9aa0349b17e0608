import GestaltFiles
import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct PriorFixtureTests {
    private func expect(
        _ value: Tensor<Float>, _ name: String, _ fixture: MagvitFixture,
        _ bound: Float = MagvitFixture.forwardBound
    ) throws {
        let deviation = relativeDeviation(value, from: try fixture.numbers(name))
        #expect(deviation <= bound, "\(name) deviates by \(deviation)")
    }

    @Test(arguments: PriorCase.all)
    func oneTrainingPassMasksStreamsLossGradients(of stated: PriorCase) throws {
        let fixture = try MagvitFixture(stated.file)
        let prior = try stated.prior(fixture)
        let ratios = try fixture.file.tensor("statistics/ratios", as: Double.self).scalars
        let draws = try stated.draws(
            fixture, ratios: ratios, scores: try fixture.numbers("scores"),
            corrupts: fixture.has("corrupted"))
        #expect(draws.flatMap(\.masked) == (try fixture.mask("masked")))
        let codes = try fixture.integers("tokens")
        let (condition, classes) = (try stated.condition(fixture), try stated.classes(fixture))
        let isBare = draws.map { _ in false }
        let batch = prior.batch(
            codes, condition, classes: classes, draws: draws, isBare: isBare)
        #expect(batch.tokens == (try fixture.integers("sequence")))
        #expect(batch.segments == (try fixture.integers("segments")))
        try expect(batch.weights, "weights_of_cells", fixture)

        let streams = prior.streams(batch.tokens, segments: batch.segments, .inference)
        for (index, stream) in streams.enumerated() {
            try expect(stream, "hidden/\(index)", fixture)
        }
        try expect(
            prior.logits(batch.tokens, segments: batch.segments, .inference), "logits", fixture)
        let step = valueAndGradients(of: prior, Context.training(random: RandomStream(seed: 0))) {
            model, context in
            let output = model.loss(
                codes, condition, classes: classes, draws: draws, isBare: isBare, context)
            return (output.loss, output)
        }
        try expect(Tensor(step.loss), "loss", fixture)
        let masked = try #require(step.auxiliary.masked)
        #expect(masked.crossEntropy.isFinite && (0...1).contains(masked.accuracy))
        for (path, gradient) in zip(step.gradients.paths, step.gradients.tensors) {
            // Its true gradient is zero.
            guard !path.hasSuffix("attention.key.bias") else { continue }
            try expect(gradient, "grads/" + path, fixture, MagvitFixture.gradientBound)
        }
        #expect(step.gradients.paths.count == (try fixture.tensors(below: "grads/").count))
    }

    @Test(arguments: PriorCase.all) func decoding(of stated: PriorCase) throws {
        let fixture = try MagvitFixture(stated.file)
        let prior = try stated.prior(fixture)
        let (condition, classes) = (try stated.condition(fixture), try stated.classes(fixture))
        let tokenNoise = try fixture.numbers("decoding/tokenNoise")
        let scoreNoise = try fixture.numbers("decoding/scoreNoise")
        let (steps, samples, cells) = (tokenNoise.shape[0], tokenNoise.shape[1], 48)
        func row<Value>(_ values: [Value], _ step: Int, _ sample: Int) -> [Value] {
            let first = (step * samples + sample) * cells
            return Array(values[first..<first + cells])
        }
        let key = "decoding/trace/"
        let inputs = try fixture.integers(key + "inputs").scalars
        let segments = try fixture.integers(key + "segments").scalars
        let tokens = try fixture.integers(key + "tokens").scalars
        let (before, after) = (
            try fixture.mask(key + "unknownBefore"), try fixture.mask(key + "unknownAfter")
        )
        let probabilities = try fixture.numbers(key + "logProbability")
        let confidences = try fixture.numbers(key + "confidence")
        for sample in 0..<samples {
            var state = DecodingState(
                prior, condition, sample: sample, label: classes?[sample], stated.decoding)
            for step in 0..<steps {
                let noise = DecodingState.Noise(
                    tokens: tokenNoise[step, sample], scores: scoreNoise[step, sample].scalars)
                let trace = try state.step(step, noise)
                #expect(trace.inputs == row(inputs, step, sample))
                #expect(trace.segments == row(segments, step, sample))
                #expect(trace.tokens == row(tokens, step, sample))
                #expect(trace.unknownBefore == row(before, step, sample))
                #expect(trace.unknownAfter == row(after, step, sample))
                let bound = 2 * MagvitFixture.forwardBound
                let found = Tensor(trace.logProbabilities)
                #expect(relativeDeviation(found, from: probabilities[step, sample]) <= bound)
                for (value, expected) in zip(
                    trace.confidences, confidences[step, sample].scalars)
                {
                    #expect(
                        value == expected || abs(value - expected) <= bound * max(1, abs(expected))
                    )
                }
            }
            let expected = try fixture.integers("decoding/tokens")[sample].scalars
            #expect(state.tokens == expected)
        }
    }

    @Test(arguments: PriorCase.all.filter { $0.file != "prior-prefix" })
    func aFewStepsOfAdamW(of stated: PriorCase) throws {
        let fixture = try MagvitFixture(stated.file)
        var prior = try stated.prior(fixture)
        let codes = try fixture.integers("tokens")
        let (condition, classes) = (try stated.condition(fixture), try stated.classes(fixture))
        let ratios = try fixture.file.tensor("statistics/adamw/ratios", as: Double.self)
        let scores = try fixture.numbers("adamw/scores")
        let (curve, norms) = (
            try fixture.numbers("adamw/curve"), try fixture.numbers("adamw/norms")
        )
        var optimizer = AdamW(
            learningRate: 1e-3, beta1: 0.9, beta2: 0.96, weightDecay: 0.045,
            groups: MaskedPrior.undecayed().map { ParameterGroup($0, weightDecay: 0) })
        for index in 0..<curve.count {
            let draws = try stated.draws(
                fixture, ratios: ratios[index].scalars, scores: scores[index], corrupts: false)
            var step = valueAndGradients(
                of: prior, Context.training(random: RandomStream(seed: 0))
            ) { model, context in
                let output = model.loss(
                    codes, condition, classes: classes, draws: draws,
                    isBare: draws.map { _ in false }, context)
                return (output.loss, ())
            }
            let norm = step.gradients.norm
            #expect(abs(step.loss - curve[scalar: index]) <= 1e-4 * curve[scalar: index])
            #expect(abs(norm - norms[scalar: index]) <= 1e-3 * norms[scalar: index])
            if norm >= 1 { step.gradients.scale(by: 1 / norm) }
            optimizer.update(&prior, with: step.gradients)
        }
    }
}
