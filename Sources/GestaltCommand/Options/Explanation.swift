import GestaltTraining
import GestaltVQVAE

/// An error of the library as somebody at a shell needs it: which flag or command helps.
///
/// The library knows properties and files, not flags; this is the one place that joins them.
struct Explanation: Error, CustomStringConvertible {
    let description: String

    /// The error with what to do about it, or the same error where nothing is to be added.
    static func of(_ error: any Error) -> any Error {
        switch error {
        case let error as ModelMismatch:
            Explanation(description: "\(error); \(maker(of: error.needed)) makes one")
        case let error as VideoGPTError:
            explained(error).map { Explanation(description: $0) as any Error } ?? error
        default: error
        }
    }

    private static func explained(_ error: VideoGPTError) -> String? {
        switch error {
        case .missingSettings:
            "\(error)\nGive each with --set KEY=VALUE; or run `gestalt convert` with them once, and use "
                + "the folder that it writes."
        case .needlessSettings: "\(error); leave --set out"
        case .state, .unknownModel, .setting: nil
        }
    }

    private static func maker(of need: ModelMismatch.Need) -> String {
        switch need {
        case .tokenizer: "`gestalt train tokenizer`"
        case .predictor: "`gestalt train prior`"
        case .segmentation: "`gestalt train head` or `gestalt train unet`"
        case .unet: "`gestalt train unet`"
        }
    }
}
