import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Bounds of the fixtures: activations and losses, and gradients, relative to the largest magnitude.
private let forwardBound = 1e-5 * convolutionBoundFactor
private let gradientBound = 1e-4 * convolutionBoundFactor

@Suite(
    .tags(.peer),
    .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"))
struct VideoGPTForwardTests {
    @Test(arguments: TokenizerCase.all)
    func evaluationEveryStageCodesExactly(of stated: TokenizerCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        let tokenizer = try stated.tokenizer(fixture)
        let clips = try fixture.clips("x_u8")

        func expect(_ value: Tensor<Float>, _ name: String) throws {
            let deviation = relativeDeviation(value, from: try fixture.channelsLast("eval/" + name))
            #expect(deviation <= forwardBound, "\(name) deviates by \(deviation)")
        }
        let features = tokenizer.features(clips, .inference)
        try expect(tokenizer.encoder.levels[0](clips, .inference), "encoder_after_conv0_relu")
        try expect(features, "encoder_out")
        let latents = tokenizer.continuousLatents(clips, .inference)
        try expect(latents, "pre_quant")
        let quantized = tokenizer.codebook(latents, .inference)
        #expect(quantized.codes == (try fixture.integers("eval/ids")))
        try expect(quantized.embeddings, "quantized_st")
        try expect(tokenizer.embeddings(of: quantized.codes), "quantized_exact")
        try expect(tokenizer.postQuantization(quantized.embeddings, .inference), "post_vq")
        let output = tokenizer(clips, .inference)
        try expect(output.reconstruction, "x_recon_forward")
        try expect(tokenizer.decode(try fixture.integers("eval/ids")), "decoded_from_ids")
        #expect(tokenizer.encode(clips) == quantized.codes)
        for (value, name) in [
            (output.reconstructionLoss, "recon_loss"), (output.quantizerLoss, "commitment_loss"),
            (Tensor(output.perplexity), "perplexity"),
        ] {
            #expect(relativeDeviation(value, from: try fixture.raw("eval/" + name)) <= forwardBound)
        }
    }

    @Test(arguments: TokenizerCase.all)
    func oneTrainingPassLossesGradientsBuffers(of stated: TokenizerCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        var tokenizer = try stated.tokenizer(fixture)
        let clips = try fixture.clips("x_u8")
        var draws = RecordedDraws(
            permutations: [try fixture.integers("train/restart_perm")],
            noises: fixture.file.names.contains("train/restart_noise")
                ? [try fixture.raw("train/restart_noise")] : [])

        let step = valueAndGradients(of: tokenizer, Context.training(random: RandomStream(seed: 0)))
        { model, context in
            let output = model.forward(clips, context, draws: &draws)
            return (output.loss, output.detached)
        }
        let output = step.auxiliary
        #expect(output.codes == (try fixture.integers("train/ids")))
        for (value, name) in [
            (Tensor(step.loss), "loss"), (output.reconstructionLoss, "recon_loss"),
            (output.quantizerLoss, "commitment_loss"), (Tensor(output.perplexity), "perplexity"),
        ] {
            #expect(
                relativeDeviation(value, from: try fixture.raw("train/" + name)) <= forwardBound)
        }
        let reconstruction = relativeDeviation(
            output.reconstruction, from: try fixture.channelsLast("train/x_recon"))
        #expect(reconstruction <= forwardBound)

        try compareGradients(step.gradients, fixture, stated)
        step.commitBuffers(to: &tokenizer)
        try compareBuffers(tokenizer, fixture, below: "buffers_after/")
    }

    private func compareGradients(
        _ gradients: Gradients, _ fixture: VideoGPTFixture, _ stated: TokenizerCase
    ) throws {
        let expected = try fixture.tensors(below: "grads/")
        var compared = 0
        for entry in KeyMap(videoGPT: stated.configuration).entries {
            guard let path = entry.path, let theirs = expected[entry.key] else { continue }
            // These biases feed a training-mode norm: their true gradient is zero.
            if theirs.abs().max().scalar < 1e-6 { continue }
            let ours = try #require(gradients[path: path], "no gradient for \(path)")
            let deviation = relativeDeviation(entry.arrangement.toTheirs(ours), from: theirs)
            #expect(deviation <= gradientBound, "\(entry.key) deviates by \(deviation)")
            compared += 1
        }
        #expect(compared > expected.count / 2)
    }

    private func compareBuffers(
        _ tokenizer: VQVAE, _ fixture: VideoGPTFixture, below prefix: String
    ) throws {
        let ours = Dictionary(
            uniqueKeysWithValues: tokenizer.videoGPTState.map { ($0.name, $0.tensor) })
        for (key, theirs) in try fixture.tensors(below: prefix) {
            guard let value = ours[key] else { continue }  // batch counters
            let deviation = relativeDeviation(value, from: theirs)
            #expect(deviation <= forwardBound, "\(key) deviates by \(deviation)")
        }
    }
}
