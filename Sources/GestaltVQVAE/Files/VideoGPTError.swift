/// What can be wrong with a file of VideoGPT's.
public enum VideoGPTError: Error, Equatable, CustomStringConvertible {
    /// State that does not fit the model: everything missing, unexpected or mis-shaped, at once.
    case state(path: String, problems: [String])
    /// Neither a tokenizer nor a prior.
    case unknownModel(path: String, expected: String, found: String)
    /// What the file does not say and nobody told: each setting with what it would be.
    case missingSettings(path: String, settings: [String])
    /// A hyper-parameter, or a setting in its place, with a value no model can have.
    case setting(path: String, name: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .state(let path, let problems):
            let shown = problems.prefix(20).joined(separator: "\n  ")
            let rest = problems.count > 20 ? "\n  and \(problems.count - 20) more" : ""
            return "\(path): the state does not fit the model:\n  \(shown)\(rest)"
        case .unknownModel(let path, let expected, let found):
            return "\(path): expected \(expected), found \(found)"
        case .missingSettings(let path, let settings):
            return "\(path): the file does not tell, so give with --set:\n  "
                + settings.joined(separator: "\n  ")
        case .setting(let path, let name, let expected, let found):
            return "\(path): \(name) should be \(expected), found \(found)"
        }
    }
}
