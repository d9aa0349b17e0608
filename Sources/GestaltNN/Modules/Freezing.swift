/// The parts of a model that a training step leaves unchanged: by path, as data of the experiment.
///
/// A frozen part keeps its weights, its norm statistics and its codebook: its parameters are
/// constants, its buffers are not updated, and its norms use their running values.
public struct Freezing: Sendable, Equatable, Codable {
    /// Paths of frozen modules or parameters; an empty path freezes everything.
    public var paths: [String]
    /// Paths that train although a frozen path covers them, regardless of their lengths: exceptions
    /// always take precedence.
    public var exceptions: [String]

    public init(_ paths: [String], except exceptions: [String] = []) {
        self.paths = paths
        self.exceptions = exceptions
    }

    public static let none = Freezing([])

    /// Returns whether the parameter or buffer at `path` is frozen.
    public func covers(_ path: String) -> Bool {
        paths.contains { Self.contains(path, in: $0) }
            && !exceptions.contains { Self.contains(path, in: $0) }
    }

    private static func contains(_ path: String, in ancestor: String) -> Bool {
        ancestor.isEmpty || path == ancestor || path.hasPrefix(ancestor + ".")
    }
}
