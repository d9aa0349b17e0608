import GestaltRecipes
import GestaltVQVAE
import Harness

/// Measures the tokenizers, the masked prior, the U-Net and the dense encoder with random weights,
/// and a pre-trained segmentation model.
@main struct Benchmark {
    private static let usage = """
        usage: models tokenizer-train [--preset publicBAIR|small|tiny] [--batch N] [--runs N]
               models tokenizer-encode|tokenizer-decode [--preset …] [--batch N] [--runs N]
               models unet-train|encoder-train|student-train [--batch N] [--runs N]
               models magvit-train|masked-step [--batch N] [--runs N]
               models masked-train [--dropout SHARE] [--batch N] [--runs N]
               models segment-frame [--size N] [--runs N]
        """

    /// The training steps on single frames, by command: of a batch size and a number of runs.
    private static let frameTrainings: [String: @Sendable (Int, Int) -> Void] = [
        "unet-train": { UNetTraining(batch: $0, runs: $1).run() },
        "encoder-train": { EncoderTraining(batch: $0, runs: $1).run() },
        "student-train": { StudentTraining(batch: $0, runs: $1).run() },
    ]

    /// Those of the causal tokenizer and the masked prior.
    private static let magvit = ["magvit-train", "masked-train", "masked-step"]

    static func main() throws {
        var options = Options(usage: usage)
        let command = options.command(
            ["tokenizer-train", "tokenizer-encode", "tokenizer-decode", "segment-frame"]
                + magvit + frameTrainings.keys.sorted())
        if let training = frameTrainings[command] {
            let batch = options.number("--batch", default: 16, in: 1...4096)
            let runs = options.number("--runs", default: 10)
            options.finish()
            return training(batch, runs)
        }
        if magvit.contains(command) { return try measureMagvit(command, &options) }
        if command == "segment-frame" {
            let segmentation = FrameSegmentation(
                name: PretrainedModels.usualSet,
                side: options.number("--size", default: 64, in: 8...4096),
                runs: options.number("--runs", default: 50))
            options.finish()
            return try segmentation.run()
        }
        let names = VQVAEConfiguration.Preset.allCases.map(\.rawValue)
        let name = options.choice("--preset", of: names, default: "publicBAIR")
        guard let preset = VQVAEConfiguration.Preset(rawValue: name) else {
            options.fail("no preset \(name)")
        }
        let isTraining = command == "tokenizer-train"
        let batch = options.number("--batch", default: isTraining ? 2 : 1, in: 1...4096)
        let runs = options.number("--runs", default: isTraining ? 3 : 5)
        options.finish()
        if isTraining {
            TokenizerTraining(preset: preset, batch: batch, runs: runs).run()
        } else {
            TokenizerCoding(
                preset: preset, batch: batch, runs: runs, decodes: command == "tokenizer-decode"
            ).run()
        }
    }

    private static func measureMagvit(_ command: String, _ options: inout Options) throws {
        let isStep = command == "masked-step"
        let batch = options.number("--batch", default: isStep ? 1 : 4, in: 1...4096)
        let runs = options.number("--runs", default: 3)
        let dropout = command == "masked-train" ? options.share("--dropout", default: 0) : 0
        options.finish()
        switch command {
        case "magvit-train": MagvitTraining(batch: batch, runs: runs).run()
        case "masked-train":
            try MaskedTraining(batch: batch, runs: runs, dropout: Float(dropout)).run()
        default: try MaskedStep(batch: batch, runs: runs).run()
        }
    }
}
