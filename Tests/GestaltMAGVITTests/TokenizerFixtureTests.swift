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
struct TokenizerFixtureTests {
    private let forwardBound = MagvitFixture.forwardBound * convolutionBoundFactor
    private let gradientBound = MagvitFixture.gradientBound * convolutionBoundFactor

    @Test(arguments: TokenizerCase.all)
    func latentsCodesReconstructionsLossesGradients(of stated: TokenizerCase) throws {
        let fixture = try MagvitFixture(stated.file)
        let tokenizer = try stated.tokenizer(fixture)
        let clips = try fixture.clips("x_u8")
        func expect(_ value: Tensor<Float>, _ name: String, _ bound: Float) throws {
            let deviation = relativeDeviation(value, from: try fixture.numbers(name))
            #expect(deviation <= bound, "\(name) deviates by \(deviation)")
        }
        try expect(tokenizer.continuousLatents(clips, .inference), "z", forwardBound)
        let ids = try fixture.integers("ids")
        #expect(tokenizer.encode(clips) == ids)
        try expect(tokenizer.embeddings(of: ids), "codes", forwardBound)
        try expect(tokenizer.decode(ids), "decoded", forwardBound)

        let step = valueAndGradients(of: tokenizer, Context.training(random: RandomStream(seed: 0)))
        { model, context in
            let output = model(clips, context)
            return (output.loss, output)
        }
        let output = step.auxiliary
        #expect(output.quantized.codes == ids)
        try expect(Tensor(step.loss), "total", forwardBound)
        try expect(output.reconstruction.detached, "reconstruction", forwardBound)
        try expect(output.reconstructionLoss.detached, "losses/reconstruction", forwardBound)
        for (path, gradient) in zip(step.gradients.paths, step.gradients.tensors) {
            try expect(gradient, "grads/" + fixtureName(path), gradientBound)
        }
        #expect(step.gradients.paths.count == (try fixture.tensors(below: "grads/").count))
    }

    @Test(arguments: TokenizerCase.all)
    func theFirstFrameAloneIsTheFirstOfTheClip(of stated: TokenizerCase) throws {
        let fixture = try MagvitFixture(stated.file)
        let tokenizer = try stated.tokenizer(fixture)
        let clips = try fixture.clips("x_u8")
        let first = tokenizer.encode(clips[0..., 0..<1])
        #expect(first == (try fixture.integers("first/ids")))
        let decoded = tokenizer.decode(first)
        #expect(
            relativeDeviation(decoded, from: try fixture.numbers("first/decoded")) <= forwardBound)
        #expect(decoded == tokenizer.decode(tokenizer.encode(clips))[0..., 0..<1])
    }

    @Test(arguments: TokenizerCase.all) func aFewStepsOfAdam(of stated: TokenizerCase) throws {
        let fixture = try MagvitFixture(stated.file)
        var tokenizer = try stated.tokenizer(fixture)
        let batches = try fixture.clips("adam/batches_u8")
        let curve = try fixture.numbers("adam/curve")
        let ids = try fixture.integers("adam/ids")
        var optimizer = Adam(learningRate: 1e-3, beta1: 0.9, beta2: 0.99)
        let steps = batches.shape[0]
        for index in 0..<steps {
            let step = valueAndGradients(
                of: tokenizer, Context.training(random: RandomStream(seed: 0))
            ) { model, context in
                let output = model(batches[index], context)
                return (output.loss, output)
            }
            optimizer.update(&tokenizer, with: step.gradients)
            let output = step.auxiliary
            #expect(output.quantized.codes == ids[index], "codes of step \(index)")
            let terms = stated.columns.map { column in
                column.factor * output.quantized.metrics.first { $0.name == column.name }!.value
            }
            let found = [step.loss, output.reconstructionLoss.scalar] + terms
            let share = Float(index) / Float(steps - 1)
            let bound = forwardBound * Tensor<Float>(10).power(share).scalar
            for (value, expected) in zip(found, curve[index].scalars) {
                #expect(
                    abs(value - expected) <= 10 * bound * abs(expected),
                    "step \(index): \(value), expected \(expected)")
            }
        }
    }
}
