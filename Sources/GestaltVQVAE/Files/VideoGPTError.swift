import GestaltModels

/// What can be wrong with a file of VideoGPT's.
public enum VideoGPTError: Error, Equatable, CustomStringConvertible {
    /// State that does not fit the model.
    case state(StateMismatch)
    /// Neither a tokenizer nor a prior.
    case unknownModel(path: String, expected: String, found: String)
    /// Settings that neither the file nor the caller states: each with what it would be.
    case missingSettings(path: String, settings: [String])
    /// Settings for a model that states all of its own.
    case needlessSettings(path: String, names: [String])
    /// A hyper-parameter, or a setting in its place, with a value no model can have.
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
