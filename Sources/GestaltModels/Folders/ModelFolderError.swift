import GestaltTensor

/// Weights that do not fit the model, or a folder of another kind.
public enum ModelFolderError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongKind(path: String, expected: String, found: String)
    case unsupportedFormat(path: String, expected: Int, found: Int)
    case missingTensor(path: String, key: String, shape: Shape)
    case unexpectedTensor(path: String, key: String)
    case wrongShape(path: String, key: String, expected: Shape, found: [Int])

    public var description: String {
        switch self {
        case .wrongKind(let path, let expected, let found):
            "\(path): expected a model of kind “\(expected)”, found “\(found)”"
        case .unsupportedFormat(let path, let expected, let found):
            "\(path): expected format \(expected), found \(found)"
        case .missingTensor(let path, let key, let shape):
            "\(path): no tensor “\(key)”, expected one of shape \(shape)"
        case .unexpectedTensor(let path, let key):
            "\(path): tensor “\(key)” belongs to no part of the model"
        case .wrongShape(let path, let key, let expected, let found):
            "\(path): tensor “\(key)” should have shape \(expected), found \(found)"
        }
    }
}
