import GestaltChecks
import GestaltIO
import GestaltTensor
import Synchronization

/// An open PyTorch checkpoint, whatever its name: a zip archive, or the format before PyTorch 1.6.
/// Nothing in it is executed.
///
/// The state dictionary is looked up under the common keys and, where there is only one, anywhere
/// else; a whole saved module has the names of its state dictionary. With several models in one
/// file, names are full paths: `generator.conv.weight`.
///
/// The file is mapped into memory: opening reads the directory and the pickle; a tensor's bytes are
/// read on request.
public final class PyTorchFile: Sendable {
    public let path: String
    /// The whole content of the checkpoint, tensors by reference.
    public let root: PickleValue
    /// Names of the readable tensors in the state dictionary, in its order; empty without tensors.
    public let names: [String]
    /// All tensors of the state dictionary, including those that cannot be read.
    public let members: [FileMember]
    /// The state dictionary, the other parts with tensors, and, if the state dictionary holds
    /// several models, each of them.
    public let parts: [PyTorchPart]
    private let content: FileContent
    private let records: [String: CheckpointContent.Record]
    private let isBigEndian: Bool
    private let states: [String: PickleValue]
    /// Storages whose checksum has been verified.
    private let verified = Mutex<Set<String>>([])

    /// Opens a file, reads its pickle, and checks that every tensor lies inside its storage and
    /// every storage inside the file.
    ///
    /// - Throws: ``FileError`` when the file cannot be read, is not a checkpoint or is invalid.
    public convenience init(contentsOf path: String) throws(FileError) {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        try self.init(.file(file), path: path)
    }

    /// Opens a file in memory; errors call it `name`.
    public convenience init(bytes: [UInt8], name: String = "PyTorch checkpoint") throws(FileError) {
        try self.init(.memory(bytes), path: name)
    }

    private init(_ content: FileContent, path: String) throws(FileError) {
        self.path = path
        self.content = content
        let (checkpoint, byteCount) = try content.withBytes { (bytes) throws(FileError) in
            (try CheckpointContent(bytes, path: path), bytes.count)
        }
        content.release(0..<byteCount)
        root = checkpoint.root
        records = checkpoint.records
        isBigEndian = checkpoint.isBigEndian
        let tree = try CheckpointTree(checkpoint.root, file: path)
        let state = CheckpointState(tree)
        parts = state.parts
        var named: [String: PickleValue] = [:]
        for (name, value) in state.entries {
            guard named.updateValue(value, forKey: name) == nil else {
                throw .malformed(
                    path: path, format: "PyTorch checkpoint", expected: "every name once",
                    found: "\(name) twice")
            }
        }
        members = state.entries.map { Self.member($0.name, $0.value) }
        names = members.filter(\.isReadable).map(\.name)
        // Every tensor is also available by its full path.
        for leaf in tree.leaves {
            let way = leaf.path.joined(separator: ".")
            if named[way] == nil { named[way] = leaf.value }
        }
        states = named
    }

    private static func member(_ name: String, _ value: PickleValue) -> FileMember {
        if let tensor = value.tensor {
            return FileMember(
                name: name, type: tensor.type.description, shape: tensor.shape,
                byteCount: tensor.byteCount)
        }
        var unread: UnreadTensor?
        if case .object(let object) = value { unread = UnreadTensor(object) }
        return FileMember(
            name: name, type: unread?.type ?? "object", shape: unread?.shape,
            problem: unread?.problem ?? "no tensor")
    }

    /// Whether the state dictionary holds a tensor of this name.
    public func contains(_ name: String) -> Bool { states[name]?.tensor != nil }

    /// Returns type and shape of a tensor, by its name in the state dictionary or by the keys from
    /// the root, joined by dots (`optimizer.state.0.exp_avg`).
    ///
    /// - Throws: ``FileError`` when there is none of this name, or one that cannot be read:
    ///   quantized, sparse or complex numbers, tensors without data.
    public func info(_ name: String) throws(FileError) -> PyTorchTensor {
        guard let value = states[name] else {
            let elsewhere = parts.filter { !$0.path.isEmpty }.map { "\($0.path).…" }
            throw .missing(
                path: path, tensor: name, available: names.isEmpty ? elsewhere : names)
        }
        guard let tensor = value.tensor else { throw Self.member(name, value).refusal(path) }
        return tensor
    }

    /// Reads a tensor of the state dictionary, its elements converted to `Scalar` as described in
    /// ``StoredScalar``.
    ///
    /// - Throws: ``FileError`` when there is none of this name, when its data are broken, or when
    ///   its values do not fit `Scalar`.
    public func tensor<Scalar: StoredScalar>(
        _ name: String, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(info(name), name) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: name)
        }
    }

    /// Reads a tensor of the state dictionary in the narrowest element type that holds its values.
    public func anyTensor(_ name: String) throws(FileError) -> AnyTensor {
        try withElements(info(name), name) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: name)
        }
    }

    /// Reads a tensor from anywhere below ``root``.
    ///
    /// - Precondition: `reference` comes from this file.
    public func tensor<Scalar: StoredScalar>(
        _ reference: PyTorchTensor, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(reference, nil) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: nil)
        }
    }

    /// Reads a tensor from anywhere below ``root``, in the narrowest element type that holds its
    /// values.
    ///
    /// - Precondition: `reference` comes from this file.
    public func anyTensor(_ reference: PyTorchTensor) throws(FileError) -> AnyTensor {
        try withElements(reference, nil) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: nil)
        }
    }

    private func withElements<Result>(
        _ tensor: PyTorchTensor, _ name: String?,
        _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let storage = tensor.storage
        guard let record = records[storage.name], record.byteCount == storage.recordByteCount else {
            stop("PyTorchFile: \(tensor) is not from \(path)")
        }
        let isVerified = verified.withLock { $0.contains(storage.name) }
        // Pages that were read need not stay: a large file would occupy memory twice.
        defer { content.release(record.range) }
        return try content.withBytes { (file) throws(FileError) in
            try record.withBytes(
                of: file, path: path, isVerified: isVerified
            ) { (bytes) throws(FileError) in
                _ = verified.withLock { $0.insert(storage.name) }
                return try StridedElements(tensor).withBytes(of: bytes) {
                    (elements) throws(FileError) in
                    try Self.signed(tensor, elements, isBigEndian, body)
                }
            }
        }
    }

    private static func signed<Result>(
        _ tensor: PyTorchTensor, _ elements: UnsafeRawBufferPointer, _ isBigEndian: Bool,
        _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        func stored(_ bytes: UnsafeRawBufferPointer) -> StoredElements {
            StoredElements(
                type: tensor.type, shape: tensor.shape, bytes: bytes, isBigEndian: isBigEndian)
        }
        guard tensor.isNegated else { return try body(stored(elements)) }
        let turned = Negation.negated(elements, tensor.type, isBigEndian: isBigEndian)
        return try turned.withUnsafeBufferPointer { (buffer) throws(FileError) in
            try body(stored(UnsafeRawBufferPointer(buffer)))
        }
    }
}
