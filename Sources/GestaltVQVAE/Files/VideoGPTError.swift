import GestaltModels

/// An error in a file of VideoGPT's.
public enum VideoGPTError: Error, Equatable, CustomStringConvertible {
    /// State that does not fit the model.
    case state(StateMismatch)
    /// Neither a tokenizer nor a prior.
    case unknownModel(path: String, expected: String, found: String)
    /// Settings that are missing from both the file and the caller, each with its likely value.
    case missingSettings(path: String, settings: [String])
    /// Settings for a model that records all of its own.
    case needlessSettings(path: String, names: [String])
    /// A hyperparameter or setting with an invalid value.
    case setting(path: String, name: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .state(let mismatch): return "\(mismatch)"
        case .unknownModel(let path, let expected, let found):
            return "\(path): expected \(expected), found \(found)"
        case .missingSettings(let path, let settings):
            return "\(path): the file does not state these settings of its model:\n  "
                + settings.joined(separator: "\n  ")
        case .needlessSettings(let path, let names):
            return "\(path): this is a model of Gestalt's, which states its own settings; "
                + "it takes none, found \(names.joined(separator: ", "))"
        case .setting(let path, let name, let expected, let found):
            return "\(path): \(name) should be \(expected), found \(found)"
        }
    }
}
