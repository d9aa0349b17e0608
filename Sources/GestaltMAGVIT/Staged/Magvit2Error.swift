import GestaltModels

/// An error in a file of `magvit2-pytorch`, or a model that it does not support.
public enum Magvit2Error: Error, Equatable, Sendable, CustomStringConvertible {
    /// A layer without a counterpart here.
    case layer(path: String, layer: String, reason: String)
    /// A setting that neither the file nor the caller states, or an invalid one.
    case setting(path: String, name: String, expected: String, found: String)
    /// Not a state dictionary of that program.
    case unknownModel(path: String, found: String)
    /// A model that cannot be written in its names.
    case unsupported(path: String, reason: String)

    public var description: String {
        switch self {
        case .layer(let path, let layer, let reason):
            "\(path): \(layer) cannot be read: \(reason)"
        case .setting(let path, let name, let expected, let found):
            "\(path): the setting \(name) should be \(expected), found \(found)"
        case .unknownModel(let path, let found):
            "\(path): expected the state of a VideoTokenizer of magvit2-pytorch "
                + "(conv_in.conv.weight, encoder_layers.0), found \(found)"
        case .unsupported(let path, let reason):
            "\(path): magvit2-pytorch does not support this model: \(reason)"
        }
    }
}
