import GestaltNN
import GestaltTensor
import GestaltVQVAE
import Harness

/// A training step of the tokenizer: forward, backward, Adam. The peer of `publicBAIR` is
/// `peers/tokenizer_torch.py`.
struct TokenizerTraining {
    let preset: VQVAEConfiguration.Preset
    let batch: Int
    let runs: Int

    func run() {
        var configuration = preset.configuration
        configuration.dataVariance = 0.06
        var random = RandomStream(seed: 1)
        var tokenizer = VQVAE(configuration, random: &random)
        var optimizer = Adam(learningRate: 3e-4)
        let clips = sample([batch, 16, 64, 64, 3], seed: 5) * 0.5
        printHeader("training step of the tokenizer \(preset), batch \(batch)")
        var parts = Parts()
        var draws = random
        let time = Measurement(runs: runs) {
            let context = Context.training(random: draws.split(0))
            draws = draws.split(1)
            return step(&tokenizer, &optimizer, clips, context, &parts)
        }
        print(
            "step \(fixed(time.median, 2)) s (±\(fixed(time.spread * 100, 0)) %), of which forward"
                + " \(fixed(parts.forward, 2)), backward \(fixed(parts.backward, 2)), update"
                + " \(fixed(parts.update, 2)); peak \(fixed(peakMebibytes, 0)) MiB")
        print("memory of tensors: \(Runtime.memory)")
        printRecord(
            "tokenizer-train", "batch \(batch)", time,
            [
                "model": quoted("\(preset)"), "forward_s": fixed(parts.forward, 4),
                "backward_s": fixed(parts.backward, 4), "loss": fixed(time.checksum, 4),
            ])
    }

    /// Seconds of the parts of the last step.
    private struct Parts {
        var forward = 0.0
        var backward = 0.0
        var update = 0.0
    }

    private func step(
        _ tokenizer: inout VQVAE, _ optimizer: inout Adam, _ clips: Tensor<Float>,
        _ context: Context, _ parts: inout Parts
    ) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var forwardEnd = start
        let result = valueAndGradients(of: tokenizer, context) { model, context in
            let output = model(clips, context)
            forwardEnd = clock.now
            return (output.loss, output.perplexity)
        }
        let backwardEnd = clock.now
        optimizer.update(&tokenizer, with: result.gradients)
        result.commitBuffers(to: &tokenizer)
        parts.forward = (forwardEnd - start).seconds
        parts.backward = (backwardEnd - forwardEnd).seconds
        parts.update = (clock.now - backwardEnd).seconds
        return Double(result.loss)
    }
}
