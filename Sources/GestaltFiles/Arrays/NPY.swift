import GestaltIO
import GestaltTensor

/// NumPy's format for one array.
public enum NPY {
    /// Reads an array, its elements converted to `Scalar` as ``StoredScalar`` tells. Arrays with
    /// columns first and with the highest byte first are put in our order.
    ///
    /// - Throws: ``FileError`` when the file cannot be read, is broken, or holds values that do
    ///   not fit `Scalar`, such as pickled objects.
    public static func read<Scalar: StoredScalar>(
        _ path: String, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withFile(path) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: nil)
        }
    }

    /// Reads an array in the narrowest element type that holds its values.
    public static func readAny(_ path: String) throws(FileError) -> AnyTensor {
        try withFile(path) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: nil)
        }
    }

    /// Type and shape of the array in a file.
    public static func info(
        _ path: String
    ) throws(FileError) -> (type: StoredType, shape: [Int]) {
        try withFile(path) { (elements) throws(FileError) in (elements.type, elements.shape) }
    }

    /// The array in `bytes`; errors call them `name`.
    public static func decode<Scalar: StoredScalar>(
        _ bytes: [UInt8], as scalar: Scalar.Type = Scalar.self, name: String = "npy data"
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(bytes, path: name, name: nil) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: name, name: nil)
        }
    }

    /// Writes an array; rows first, lowest byte first.
    ///
    /// - Precondition: the elements are not `BFloat16`, which NumPy does not know.
    /// - Throws: ``FileError`` when the file cannot be written; nothing half-written remains.
    public static func write<Scalar: StoredScalar>(
        _ tensor: Tensor<Scalar>, to path: String
    ) throws(FileError) {
        let tensor = AnyTensor(tensor)
        try translatingFailures { () throws(FileFailure) in
            let file = try AtomicFile(path: path)
            try file.write(header(of: tensor))
            try tensor.withBytes { (bytes) throws(FileFailure) in try file.write(bytes) }
            try file.commit()
        }
    }

    /// The bytes that ``write(_:to:)`` would write.
    public static func encode<Scalar: StoredScalar>(_ tensor: Tensor<Scalar>) -> [UInt8] {
        encode(AnyTensor(tensor))
    }

    static func encode(_ tensor: AnyTensor) -> [UInt8] {
        var bytes = header(of: tensor)
        tensor.withBytes { bytes += $0 }
        return bytes
    }

    private static func header(of tensor: AnyTensor) -> [UInt8] {
        NPYHeader.bytes(type: StoredType(tensor.elementType), shape: tensor.shape.dimensions)
    }

    private static func withFile<Result>(
        _ path: String, _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        return try file.withBytes { (bytes) throws(FileError) in
            try body(elements(bytes, path: path, name: nil))
        }
    }

    /// Calls `body` with the checked array in `bytes`.
    static func withElements<Result>(
        _ bytes: [UInt8], path: String, name: String?,
        _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
            try body(elements(UnsafeRawBufferPointer(buffer), path: path, name: name))
        }
    }

    /// The array in `bytes`, whose length must be that of its shape.
    private static func elements(
        _ bytes: UnsafeRawBufferPointer, path: String, name: String?
    ) throws(FileError) -> StoredElements {
        let header = try NPYHeader(bytes, path: path, name: name)
        let found = bytes.count - header.dataStart
        guard let wanted = header.type.byteCount(of: header.shape), wanted == found else {
            throw .malformed(
                path: path, format: "npy",
                expected: "the bytes of \(header.type) \(header.shape) after the header",
                found: "\(found) bytes")
        }
        return StoredElements(
            type: header.type, shape: header.shape,
            bytes: UnsafeRawBufferPointer(rebasing: bytes[header.dataStart...]),
            isBigEndian: header.isBigEndian, isFortranOrder: header.isFortranOrder)
    }
}
