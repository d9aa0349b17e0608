/// An error of running a study, or in its files.
public enum StudyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file of other content than expected.
    case file(path: String, expected: String, found: String)
    /// The study has no row of this name.
    case unknownRow(name: String, known: [String])
    /// A few steps of a training, tried before the study is run, ended with an error.
    case trial(name: String, reason: String)
    /// A name that is not that of a training.
    case noTraining(name: String)

    public var description: String {
        switch self {
        case .file(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .unknownRow(let name, let known):
            "the study has no row “\(name)”; known are \(known.joined(separator: ", "))"
        case .trial(let name, let reason): "\(name) cannot be trained: \(reason)"
        case .noTraining(let name): "\(name) is no training"
        }
    }
}
