/// A state dictionary that does not fit a model.
public struct StateMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// Every missing, unexpected and mis-shaped tensor.
    public let problems: [String]

    public init(path: String, problems: [String]) {
        self.path = path
        self.problems = problems
    }

    /// The first 20 problems and the number of the others.
    public var description: String {
        let shown = problems.prefix(20).joined(separator: "\n  ")
        let rest = problems.count > 20 ? "\n  and \(problems.count - 20) more" : ""
        return "\(path): the state does not fit the model:\n  \(shown)\(rest)"
    }
}
