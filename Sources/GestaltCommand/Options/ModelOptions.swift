import ArgumentParser
import GestaltPrior
import GestaltVQVAE

/// Where a video model comes from; the same words in every command.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of a model, or a VideoGPT checkpoint: .ckpt, .pt, .pth or .safetensors."))
    var model: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "What a bare checkpoint does not tell: downsample=4,2,2, heads=4, attn_type=sparse, …",
            valueName: "KEY=VALUE"))
    var settings: [String] = []

    func open() throws -> VideoModel { try VideoModel(at: model, settings: try pairs(settings)) }

    /// The model with its prior.
    /// - Throws: `ModelInputError` for a tokenizer alone.
    func predictor() throws -> VideoPredictor {
        guard let predictor = try open().predictor else {
            throw ModelInputError(model, expected: "a model with a prior", found: "a tokenizer")
        }
        return predictor
    }
}

/// `KEY=VALUE` arguments as pairs.
func pairs(_ settings: [String]) throws -> [String: String] {
    var result: [String: String] = [:]
    for setting in settings {
        let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw ValidationError("--set wants KEY=VALUE, not \(setting)")
        }
        result[parts[0]] = parts[1]
    }
    return result
}
