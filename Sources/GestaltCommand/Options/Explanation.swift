import GestaltData
import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE

/// An error of the library for display in a shell: with the flag or command that helps.
///
/// The library refers to properties and files, not flags; only this type maps them.
struct Explanation: Error, CustomStringConvertible {
    let description: String

    /// Returns the error with advice, or the same error where there is none.
    /// - Parameter isTraining: whether the command is a training, whose flags the advice may
    ///   mention.
    static func of(_ error: any Error, isTraining: Bool) -> any Error {
        let text: String? =
            switch error {
            case let error as ModelMismatch where !error.needed.recipes.isEmpty:
                "\(error); \(commands(for: error.needed.recipes)) makes one"
            case let error as VideoGPTError: explained(error)
            case Magvit2Error.setting(_, let name, _, _): "\(error) (--set \(name)=…)"
            case TrainingError.noCheckpoint:
                "\(error) (\(Program.name) train … --resume --output)"
            case let error as TrainingError where isTraining:
                advice(error).map { "\(error)\($0)" }
            case let error as ConfigurationError where isTraining && error.path == nil:
                flag(of: error.key).map { "\(error)".replacing("“\(error.key)”", with: $0) }
            case let error as InvalidAugmentation where isTraining:
                "\(error.flag) should be \(error.expected), found \(error.found)"
            default: nil
            }
        return text.map(Explanation.init) ?? error
    }

    private static func explained(_ error: VideoGPTError) -> String? {
        switch error {
        case .missingSettings:
            "\(error)\nGive each with --set KEY=VALUE; or run `\(Program.name) convert` with them once, "
                + "and use the folder that it writes."
        case .needlessSettings: "\(error); leave out --set"
        case .state, .unknownModel, .setting: nil
        }
    }

    private static func commands(for recipes: [String]) -> String {
        recipes.map { "`\(Program.name) train \($0)`" }.joined(separator: " or ")
    }

    private static func advice(_ error: TrainingError) -> String? {
        switch error {
        case .notFinite: " (--rate, --gradient-norm)"
        case .interrupted(_, let checkpoint):
            checkpoint == nil ? nil : ", --resume continues from it"
        case .runExists: ": continue with --resume, or choose another --output"
        case .otherData: "; set the new location of the same clips with --data"
        case .stepsDone: ": extend the run with --steps"
        case .memory(_, _, _, _, let fitting):
            (fitting > 0 ? " (--batch \(fitting))" : "") + "; --ignore-memory overrides this"
        default: nil
        }
    }

    /// Returns the flag that sets a key of a recipe.
    private static func flag(of key: String) -> String? {
        let flags = [
            "optimization.steps": "--steps", "optimization.batchSize": "--batch",
            "optimization.learningRate": "--rate",
            "labels": "--labels", "classes": "--classes", "network.classes": "--classes",
            "clipLength": "--clip-length", "conditioningFrames": "--conditioning-frames",
            "preset": "--preset", "model": "--model", "data": "--data",
            "optimization.weightDecay": "--weight-decay",
            "optimization.warmUpFraction": "--warm-up", "optimization.warmUpSteps": "--warm-up",
            "optimization.gradientNorm": "--gradient-norm",
            "optimization.averageDecay": "--average-decay", "flip": "--flip", "frozen": "--freeze",
            "trains": "--unfreeze", "input": "the frames of --data",
            "teachers": "--teacher", "start": "--start", "rounds": "--rounds",
            "labeledBatch": "--labeled-batch", "propagation": "--propagate",
            "boundaryBand": "--boundary-band", "threshold": "--threshold",
            "unlabeledWeight": "--unlabeled-weight", "averageShare": "--average-share",
            "averageRamp": "--average-ramp", "floor": "--floor", "terms": "--terms",
            "encoderModel": "--encoder", "encoderRate": "--encoder-rate", "dropout": "--dropout",
            "condition": "--condition", "unconditionalShare": "--unconditional-share",
            "halfDepthWeight": "--half-depth-weight", "objective.corruption": "--corruption",
            "objective.block": "--mask-block",
        ]
        if let flag = flags[key] { return flag }
        for (prefix, flag) in [
            ("encoder", "--encoder"), ("partRates", "--encoder-rate"), ("head", "--head"),
            ("prior.dropout", "--dropout"), ("prior.attentionDropout", "--attention-dropout"),
        ] where key == prefix || key.hasPrefix(prefix + ".") {
            return flag
        }
        return nil
    }
}
