import GestaltFiles
import GestaltNN
import GestaltTensor

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
        let table = TensorTable(try SafeTensorsFile(contentsOf: path))
        let report = LoadReport(of: table, expected: state.map { ($0.path, $0.value.shape) })
        if !partially { try report.requireComplete(path: path) }
        let loaded = Set(report.loaded)
        try mapState { path, current in loaded.contains(path) ? try table.tensor(path) : current }
        return report
    }
}
