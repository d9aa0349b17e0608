import GestaltRecipes
import GestaltVQVAE
import Harness

/// Measures the tokenizer and the U-Net with random weights, and a pre-trained segmentation model.
@main struct Benchmark {
    private static let usage = """
        usage: models tokenizer-train [--preset publicBAIR|small|tiny] [--batch N] [--runs N]
               models tokenizer-encode|tokenizer-decode [--preset …] [--batch N] [--runs N]
               models unet-train [--batch N] [--runs N]
               models segment-frame [--size N] [--runs N]
        """

    static func main() throws {
        var options = Options(usage: usage)
        let command = options.command([
            "tokenizer-train", "tokenizer-encode", "tokenizer-decode", "unet-train",
            "segment-frame",
        ])
        if command == "unet-train" {
            let training = UNetTraining(
                batch: options.number("--batch", default: 16, in: 1...4096),
                runs: options.number("--runs", default: 10))
            options.finish()
            return training.run()
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
