import ArgumentParser
import GestaltData
import GestaltPrior
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE

/// The source of a model; the same options in every command.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A model: its folder, a training run, a checkpoint of one, a file of VideoGPT's, or the \
            name of a pre-trained model.
            """),
        completion: .file())
    var model: String

    @OptionGroup var settings: SettingOptions

    /// Opens the model, of any kind; prints a remark on the source of its weights.
    /// - Parameter use: the purpose, which selects a model where the name of a set is passed.
    func open(for use: ModelUse? = nil) throws -> OpenedModel {
        try openModel(model, settings.pairs(), for: use)
    }

    func video() throws -> VideoModel { try open(for: .tokenizer).video() }
    func predictor() throws -> VideoPredictor { try open(for: .prediction).predictor() }
}

/// The source of a model where a pre-trained one serves by default.
struct UsualModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A model: its folder, a training run, a checkpoint of one, a file of VideoGPT's, or the \
            name of a pre-trained model; by default that of \(PretrainedModels.usualSet) for this \
            command, see above.
            """),
        completion: .file())
    var model: String?

    @OptionGroup var settings: SettingOptions

    /// The resizing of frames whose size does not fit: with the pre-trained model any picture can
    /// be tried at once; a model of the user's own is not fed other sizes silently.
    var usualFit: FrameFit? { model == nil ? .resize : nil }

    func validate() throws {
        guard model != nil || settings.settings.isEmpty else {
            throw ValidationError("--set describes a checkpoint of --model, which is not given")
        }
    }

    /// Opens the model of `--model`, or the pre-trained one with a remark that names it.
    /// - Throws: `ValidationError` where no pre-trained model serves the purpose.
    func open(for use: ModelUse, _ common: CommonOptions) throws -> OpenedModel {
        if let model { return try openModel(model, settings.pairs(), for: use) }
        let name = try PretrainedModels.fullName(of: PretrainedModels.usualSet, for: use)
        let opened = try OpenedModel(at: name)
        common.remark("model: \(Self.description(of: name)); --model takes another")
        return opened
    }

    /// A model's name with the clips it was trained on.
    private static func description(of name: String) -> String {
        let set = PretrainedModels.sets.first { name.hasPrefix($0.name + "/") }
        return name + (set.map { ", trained on \($0.data)" } ?? "")
    }
}

/// Opens the model of `--model`.
func openModel(
    _ path: String, _ settings: [String: String], for use: ModelUse? = nil
) throws -> OpenedModel {
    let opened = try OpenedModel(at: path, for: use, settings: settings)
    if let note = opened.remark {
        remark(
            note
                + (opened.isUnfinished
                    ? "; `\(Program.name) train … --resume` finishes it" : ""))
    }
    return opened
}

/// Returns the location of a model for a recipe: the full name of a pre-trained one, or the
/// absolute path, so that a run can be resumed from another folder.
func modelLocation(_ path: String, for use: ModelUse? = nil) -> String {
    guard PretrainedModels.isName(path),
        let name = try? PretrainedModels.fullName(of: path, for: use)
    else { return absolutePath(path) }
    return name
}

/// Settings missing from a checkpoint of another program, as `KEY=VALUE`.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting missing from another program's checkpoint: downsample=4,2,2, heads=4, …",
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
