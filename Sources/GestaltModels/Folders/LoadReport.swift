import GestaltFiles
import GestaltTensor

/// The tensors of a file compared with those of a model.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names that are in both with equal shapes.
    public let loaded: [String]
    /// Names of the model that are missing from the file.
    public let missing: [String]
    /// Names in the file that are not in the model.
    public let unexpected: [String]
    /// Tensors whose shapes differ.
    public let mismatched: [Mismatch]

    /// A tensor of another shape.
    public struct Mismatch: Sendable, Equatable {
        public let path: String
        public let expected: Shape
        public let found: [Int]
    }

    /// Compares the tensors of a file or of memory with the names and shapes that a model expects.
    ///
    /// Every reader of weights compares by this initializer: model folders, ``KeyMap``,
    /// `Module.load(from:partially:)`.
    /// - Parameter ignored: names that may be in the file or not.
    public init(
        of table: TensorTable, expected: [(name: String, shape: Shape)],
        ignoring ignored: Set<String> = []
    ) {
        var (loaded, missing, mismatched) = ([String](), [String](), [Mismatch]())
        for (name, shape) in expected {
            guard let found = table.shape(of: name) else {
                missing.append(name)
                continue
            }
            if found == shape.dimensions {
                loaded.append(name)
            } else {
                mismatched.append(Mismatch(path: name, expected: shape, found: found))
            }
        }
        let known = ignored.union(expected.map(\.name))
        self.loaded = loaded
        self.missing = missing
        self.mismatched = mismatched
        unexpected = table.entries.map(\.name).filter { !known.contains($0) }
    }

    /// Whether the file contains exactly the tensors of the model.
    public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

    /// Every difference, a line each.
    public var problems: [String] {
        missing.map { "missing: \($0)" }
            + mismatched.map { "\($0.path): expected \($0.expected), found \($0.found)" }
            + unexpected.map { "unexpected: \($0)" }
    }

    /// - Throws: ``StateMismatch`` with all differences, if there are any.
    func requireComplete(path: String) throws(StateMismatch) {
        if !isComplete { throw StateMismatch(path: path, problems: problems) }
    }

    public var description: String {
        (["\(loaded.count) tensors loaded"] + problems).joined(separator: "\n  ")
    }
}
