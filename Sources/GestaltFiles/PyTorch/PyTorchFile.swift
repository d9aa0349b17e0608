import GestaltChecks
import GestaltIO
import GestaltTensor
import Synchronization

/// An open checkpoint of PyTorch (`.ckpt`, `.pt`, `.pth`): a zip archive, or the form before
/// PyTorch 1.6. Nothing in it is executed.
///
/// The file is mapped into memory: opening reads the directory and the pickle, a tensor's bytes are
/// read when it is asked for.
public final class PyTorchFile: Sendable {
    public let path: String
    /// Everything the checkpoint holds, tensors by reference.
    public let root: PickleValue
    /// Names of the tensors in the state dictionary, in its order; none when there is no such
    /// dictionary.
    public let names: [String]
    private let content: FileContent
    private let records: [String: CheckpointContent.Record]
    private let isBigEndian: Bool
    private let states: [String: PickleValue]
    /// Storages whose checksum was right.
    private let verified = Mutex<Set<String>>([])

    /// Opens a file, reads its pickle, and checks that every tensor lies inside its storage and
    /// every storage inside the file.
    ///
    /// - Throws: ``FileError`` when the file cannot be read, is no checkpoint or breaks a rule.
    public static func open(_ path: String) throws(FileError) -> PyTorchFile {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        return try PyTorchFile(.file(file), path: path)
    }

    /// As ``open(_:)``, from bytes in memory; errors call them `name`.
    public static func decode(
        _ bytes: [UInt8], name: String = "PyTorch checkpoint"
    ) throws(FileError) -> PyTorchFile {
        try PyTorchFile(.memory(bytes), path: name)
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
        let states = Self.stateDictionary(of: checkpoint.root)
        var named: [String: PickleValue] = [:]
        var names: [String] = []
        for case (let name?, let value) in states.map({ ($0.key.string, $0.value) }) {
            guard named.updateValue(value, forKey: name) == nil else {
                throw .malformed(
                    path: path, format: "PyTorch checkpoint", expected: "every name once",
                    found: "\(name) twice")
            }
            if value.tensor != nil { names.append(name) }
        }
        self.states = named
        self.names = names
    }

    /// Whether the state dictionary holds a tensor of this name.
    public func contains(_ name: String) -> Bool { states[name]?.tensor != nil }

    /// Type and shape of a tensor of the state dictionary.
    ///
    /// - Throws: ``FileError`` when there is none of this name, or something that is no tensor of
    ///   a type known here.
    public func info(_ name: String) throws(FileError) -> PyTorchTensor {
        guard let value = states[name] else {
            throw .missing(path: path, tensor: name, available: names)
        }
        guard let tensor = value.tensor else {
            throw .unsupported(
                path: path, tensor: name, expected: "a dense tensor of a known type",
                found: value.summary)
        }
        return tensor
    }

    /// A tensor of the state dictionary, its elements converted to `Scalar` as ``StoredScalar``
    /// tells.
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

    /// A tensor of the state dictionary in the narrowest element type that holds its values.
    public func anyTensor(_ name: String) throws(FileError) -> AnyTensor {
        try withElements(info(name), name) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: name)
        }
    }

    /// A tensor from anywhere below ``root``.
    ///
    /// - Precondition: `reference` comes from this file.
    public func tensor<Scalar: StoredScalar>(
        _ reference: PyTorchTensor, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(reference, nil) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: nil)
        }
    }

    /// A tensor from anywhere below ``root``, in the narrowest element type that holds its values.
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
        // Where pages were read, they need not stay: a large file would lie in memory twice.
        defer { content.release(record.range) }
        return try content.withBytes { (file) throws(FileError) in
            try record.withBytes(
                of: file, path: path, isVerified: isVerified
            ) { (bytes) throws(FileError) in
                _ = verified.withLock { $0.insert(storage.name) }
                return try StridedElements(tensor).withBytes(of: bytes) {
                    (elements) throws(FileError) in
                    try body(
                        StoredElements(
                            type: tensor.type, shape: tensor.shape, bytes: elements,
                            isBigEndian: isBigEndian))
                }
            }
        }
    }
}
