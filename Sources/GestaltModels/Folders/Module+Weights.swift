import GestaltFiles
import GestaltNN
import GestaltTensor

/// The tensors of a file compared with those of a model.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Paths that are in both with equal shapes.
    public internal(set) var loaded: [String] = []
    /// Paths of the model that are missing from the file.
    public internal(set) var missing: [String] = []
    /// Names in the file that are not paths of the model.
    public internal(set) var unexpected: [String] = []
    /// Paths whose shapes differ.
    public internal(set) var mismatched: [Mismatch] = []

    /// A tensor of another shape.
    public struct Mismatch: Sendable, Equatable {
        public let path: String
        public let expected: Shape
        public let found: [Int]
    }

    /// Whether the file contains exactly the tensors of the model.
    public var isComplete: Bool { problems.isEmpty }

    /// Every difference, a line each.
    public var problems: [String] {
        missing.map { "missing: \($0)" } + unexpected.map { "unexpected: \($0)" }
            + mismatched.map { "\($0.path): expected \($0.expected), found \($0.found)" }
    }

    public var description: String {
        (["\(loaded.count) tensors loaded"] + problems).joined(separator: "\n  ")
    }
}

extension Module {
    /// Writes every parameter and buffer to a safetensors file, under its path in the model.
    /// - Throws: `FileError` when the file cannot be written.
    public func save(to path: String) throws {
        try SafeTensors.write(
            state.map { (name: $0.path, tensor: $0.value) }, metadata: ["format": "gestalt"],
            to: path)
    }

    /// Replaces parameters and buffers by those of a safetensors file that ``save(to:)`` wrote.
    ///
    /// The whole file is compared with the model before anything is replaced.
    ///
    /// ```swift
    /// try network.load(from: "encoder.safetensors")
    /// let report = try network.load(from: "pretrained.safetensors", partially: true)
    /// ```
    /// - Parameter partially: whether to load the matching tensors and leave the others unchanged,
    ///   as when a pretrained network gets a new last layer. By default a difference is an error.
    /// - Returns: every loaded, missing, unexpected and mis-shaped tensor.
    /// - Throws: ``StateMismatch`` with all differences, unless `partially`; `FileError`.
    @discardableResult
    public mutating func load(from path: String, partially: Bool = false) throws -> LoadReport {
        let file = try SafeTensorsFile(contentsOf: path)
        let report = try loadReport(of: file)
        guard partially || report.isComplete else {
            throw StateMismatch(path: path, problems: report.problems)
        }
        let loaded = Set(report.loaded)
        try mapState { path, current in loaded.contains(path) ? try file.tensor(path) : current }
        return report
    }

    private func loadReport(of file: SafeTensorsFile) throws -> LoadReport {
        var report = LoadReport()
        var known: Set<String> = []
        for entry in state {
            known.insert(entry.path)
            guard file.contains(entry.path) else {
                report.missing.append(entry.path)
                continue
            }
            let found = try file.info(entry.path).shape
            if found == entry.value.shape.dimensions {
                report.loaded.append(entry.path)
            } else {
                report.mismatched.append(
                    .init(path: entry.path, expected: entry.value.shape, found: found))
            }
        }
        report.unexpected = file.names.filter { !known.contains($0) }
        return report
    }
}
