/// An invalid external input of a model.
public struct ModelInputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The input: `codes`, `frames`, `class`, `actions`, or a file.
    public let input: String
    public let expected: String
    public let found: String

    public init(_ input: String, expected: String, found: String) {
        self.input = input
        self.expected = expected
        self.found = found
    }

    public var description: String { "\(input): expected \(expected), found \(found)" }
}
