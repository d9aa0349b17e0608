import GestaltRecipes
import GestaltVQVAE
import Harness

/// Measures the tokenizer, the U-Net and the dense encoder with random weights, and a pre-trained
/// segmentation model.
@main struct Benchmark {
    private static let usage = """
        usage: models tokenizer-train [--preset publicBAIR|small|tiny] [--batch N] [--runs N]
               models tokenizer-encode|tokenizer-decode [--preset …] [--batch N] [--runs N]
               models unet-train|encoder-train|student-train [--batch N] [--runs N]
               models segment-frame [--size N] [--runs N]
        """

    /// The training steps on single frames, by command: of a batch size and a number of runs.
    private static let frameTrainings: [String: @Sendable (Int, Int) -> Void] = [
        "unet-train": { UNetTraining(batch: $0, runs: $1).run() },
        "encoder-train": { EncoderTraining(batch: $0, runs: $1).run() },
        "student-train": { StudentTraining(batch: $0, runs: $1).run() },
    ]

    static func main() throws {
        var options = Options(usage: usage)
        let command = options.command(
            ["tokenizer-train", "tokenizer-encode", "tokenizer-decode", "segment-frame"]
                + frameTrainings.keys.sorted())
        if let training = frameTrainings[command] {
            let batch = options.number("--batch", default: 16, in: 1...4096)
            let runs = options.number("--runs", default: 10)
            options.finish()
            return training(batch, runs)
        }
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
}
