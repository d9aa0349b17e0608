import GestaltTensor

/// Named tensors of a file or of memory with their shapes, each read on request.
public struct TensorTable: Sendable {
    /// The file, or the name of the source in messages.
    public let path: String
    /// Names and shapes, in the source's order.
    public let entries: [(name: String, shape: [Int])]
    private let places: [String: Int]
    private let read: @Sendable (String) throws(FileError) -> Tensor<Float>

    /// - Parameter read: returns the tensor of a name among `entries`.
    public init(
        path: String, entries: [(name: String, shape: [Int])],
        read: @escaping @Sendable (String) throws(FileError) -> Tensor<Float>
    ) {
        self.path = path
        self.entries = entries
        self.read = read
        places = Dictionary(
            entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tensors of a safetensors file.
    public init(_ file: SafeTensorsFile) {
        // Unreadable ones are listed, too: reading one throws the reason.
        let entries = file.members.map { (name: $0.name, shape: $0.shape ?? []) }
        self.init(path: file.path, entries: entries) { (name) throws(FileError) in
            try file.tensor(name)
        }
    }

    /// The state dictionary of a PyTorch checkpoint.
    public init(_ file: PyTorchFile) {
        let entries = file.members.map { (name: $0.name, shape: $0.shape ?? []) }
        self.init(path: file.path, entries: entries) { (name) throws(FileError) in
            try file.tensor(name)
        }
    }

    /// One part of a PyTorch checkpoint.
    public init(_ file: PyTorchFile, part: PyTorchPart) {
        let prefix = part.path.isEmpty ? "" : part.path + "."
        let entries = part.names.map {
            (name: $0, shape: (try? file.info(prefix + $0).shape) ?? [])
        }
        self.init(path: file.path, entries: entries) { (name) throws(FileError) in
            try file.tensor(prefix + name)
        }
    }

    /// The tensors of a sharded checkpoint.
    public init(_ file: ShardedTensors) {
        let entries = file.members.map { (name: $0.name, shape: $0.shape ?? []) }
        self.init(path: file.path, entries: entries) { (name) throws(FileError) in
            try file.tensor(name)
        }
    }

    /// Tensors in memory.
    public init(_ tensors: [String: Tensor<Float>], path: String) {
        let entries = tensors.keys.sorted().map {
            (name: $0, shape: tensors[$0]!.shape.dimensions)
        }
        self.init(path: path, entries: entries) { (name) throws(FileError) in
            guard let tensor = tensors[name] else {
                throw .missing(path: path, tensor: name, available: tensors.keys.sorted())
            }
            return tensor
        }
    }

    /// Returns the shape of a tensor; nil when there is none of this name.
    public func shape(of name: String) -> [Int]? { places[name].map { entries[$0].shape } }

    /// Reads a tensor.
    /// - Throws: ``FileError`` when there is none of this name, or it cannot be read as floats.
    public func tensor(_ name: String) throws(FileError) -> Tensor<Float> { try read(name) }

    /// Returns the tensors whose names start with `prefix`, by the rest of their names.
    public func below(_ prefix: String) -> TensorTable {
        let chosen = entries.filter { $0.name.hasPrefix(prefix) }
            .map { (name: String($0.name.dropFirst(prefix.count)), shape: $0.shape) }
        let read = read
        return TensorTable(path: path, entries: chosen) { (name) throws(FileError) in
            try read(prefix + name)
        }
    }
}
