/// An error in the files of a study.
public enum StudyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file of other content than expected.
    case file(path: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .file(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        }
    }
}
