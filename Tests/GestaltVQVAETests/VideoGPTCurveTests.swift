import GestaltFiles
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import Testing

@Suite(
    .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"))
struct VideoGPTCurveTests {
    /// Relative bound on a loss: 1e-5 at the first step, growing to 1e-3 at the last.
    private static func bound(step: Int, of steps: Int) -> Float {
        1e-5 * Float(100).power(Float(step) / Float(max(steps - 1, 1)))
    }

    @Test("Adam steps follow the original's curve", arguments: TokenizerCase.all)
    func adam(of stated: TokenizerCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        try follow(try stated.tokenizer(fixture), fixture, "adam/")
    }

    @Test("so they do from a codebook drawn from the first batch", arguments: TokenizerCase.all)
    func initialisation(of stated: TokenizerCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        var tokenizer = try stated.tokenizer(fixture)
        tokenizer.codebook.isInitialised.value = Tensor(0)
        try follow(tokenizer, fixture, "init/")
    }

    private func follow(
        _ start: VideoTokenizer, _ fixture: VideoGPTFixture, _ prefix: String
    ) throws {
        var tokenizer = start
        var optimiser = Adam(learningRate: 3e-4)
        let batches = try fixture.clips(prefix + "batches_u8")
        let curve = try fixture.raw(prefix + "curve")
        let ids = try fixture.integers(prefix + "ids")
        var draws = RecordedDraws(
            permutations: try fixture.integers(prefix + "perms").rows,
            noises: fixture.file.names.contains(prefix + "noises")
                ? try fixture.raw(prefix + "noises").rows : [])
        let steps = batches.shape[0]
        for index in 0..<steps {
            let step = valueAndGradients(of: tokenizer, Context(training: true)) { model, context in
                let output = model.forward(batches[index], context, draws: &draws)
                return (output.loss, output.detached)
            }
            optimiser.update(&tokenizer, with: step.gradients)
            step.commitBuffers(to: &tokenizer)
            let output = step.auxiliary
            #expect(output.codes == ids[index], "\(prefix) codes of step \(index)")
            let found = Tensor([
                step.loss, output.reconstructionLoss.scalar, output.commitmentLoss.scalar,
                output.perplexity,
            ])
            for (ours, theirs) in zip(found.scalars, curve[index].scalars) {
                #expect(
                    abs(ours - theirs) <= Self.bound(step: index, of: steps) * abs(theirs),
                    "\(prefix) step \(index): \(ours), expected \(theirs)")
            }
        }
        for (name, buffer) in [
            ("embeddings", tokenizer.codebook.embeddings), ("N", tokenizer.codebook.usage),
            ("z_avg", tokenizer.codebook.sums),
        ] {
            let expected = try fixture.raw(prefix + "final/codebook." + name)
            #expect(relativeDeviation(buffer.value, from: expected) <= 1e-3, "\(prefix)\(name)")
        }
    }
}

extension Tensor {
    /// The slices of the outermost axis.
    fileprivate var rows: [Tensor] { (0..<shape[0]).map { self[$0].contiguousCopy } }
    private var contiguousCopy: Tensor {
        Tensor(shape: shape, scalars: scalars)
    }
}

extension Float {
    fileprivate func power(_ exponent: Float) -> Float { Tensor(self).power(exponent).scalar }
}
