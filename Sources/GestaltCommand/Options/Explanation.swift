import GestaltTraining

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
        default: error
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
