import ArgumentParser
import GestaltPrior
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE

/// The source of a video model; the same options in every command.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A model: its folder, a training run, a checkpoint of one, or a file of VideoGPT's."),
        completion: .file())
    var model: String

    @OptionGroup var settings: SettingOptions

    /// Opens the model, of any kind; prints a remark on the source of its weights.
    func open() throws -> OpenedModel { try openModel(model, settings.pairs()) }

    func video() throws -> VideoModel { try open().video() }
    func predictor() throws -> VideoPredictor { try open().predictor() }
}

/// Opens the model of `--model`.
func openModel(_ path: String, _ settings: [String: String]) throws -> OpenedModel {
    let opened = try OpenedModel(at: path, settings: settings)
    if let note = opened.remark {
        remark(note + (opened.isUnfinished ? "; `gestalt train … --resume` finishes it" : ""))
    }
    return opened
}

/// Settings missing from a bare VideoGPT checkpoint, as `KEY=VALUE`.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting missing from a bare VideoGPT checkpoint: downsample=4,2,2, heads=4, …",
            valueName: "KEY=VALUE"))
    var settings: [String] = []

    /// - Throws: `ValidationError` for an argument without `=`, and for a key given twice.
    func pairs() throws -> [String: String] {
        var result: [String: String] = [:]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set takes KEY=VALUE, not '\(setting)'")
            }
            guard result.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw ValidationError("--set \(parts[0]) is given twice")
            }
        }
        return result
    }

    func validate() throws { _ = try pairs() }

    /// Returns the settings of a recipe; nil where there are none.
    func forRecipe() throws -> [String: String]? {
        let settings = try pairs()
        return settings.isEmpty ? nil : settings
    }
}
