/// A folder of another kind or format.
public enum ModelFolderError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongKind(path: String, expected: String, found: String)
    case unsupportedFormat(path: String, expected: Int, found: Int)

    public var description: String {
        switch self {
        case .wrongKind(let path, let expected, let found):
            "\(path): expected a model of kind “\(expected)”, found “\(found)”"
        case .unsupportedFormat(let path, let expected, let found):
            "\(path): expected format \(expected), found \(found)"
        }
    }
}
