import GestaltIO
import GestaltTensor

/// NumPy's format for one array; `numpy.save` to an open file appends further ones.
public enum NPY {
    /// Reads an array, its elements converted to `Scalar` as described in ``StoredScalar``.
    /// Column-major and big-endian arrays are converted.
    ///
    /// - Parameters:
    ///   - index: the index of an array, where the file holds several; nil for the only one.
    ///   - warn: called with a sentence when the first of several arrays is read, or other bytes
    ///     follow the array. Without it and without an `index`, such files are rejected; zero
    ///     padding is ignored silently.
    /// - Throws: ``FileError`` when the file cannot be read, is broken, or holds values that do
    ///   not fit `Scalar`, such as pickled objects.
    public static func read<Scalar: StoredScalar>(
        _ path: String, as scalar: Scalar.Type = Scalar.self, index: Int? = nil,
        warn: ((String) -> Void)? = nil
    ) throws(FileError) -> Tensor<Scalar> {
        try withFile(path) { (bytes) throws(FileError) in
            try chosen(bytes, path, index, warn).tensor(as: Scalar.self, path: path, name: nil)
        }
    }

    /// Reads an array in the narrowest element type that holds its values.
    public static func readAny(
        _ path: String, index: Int? = nil, warn: ((String) -> Void)? = nil
    ) throws(FileError) -> AnyTensor {
        try withFile(path) { (bytes) throws(FileError) in
            try chosen(bytes, path, index, warn).anyTensor(path: path, name: nil)
        }
    }

    /// Returns type and shape of the array in a file, the first of several.
    public static func info(
        _ path: String
    ) throws(FileError) -> (type: StoredType, shape: [Int]) {
        try withFile(path) { (bytes) throws(FileError) in
            let array = try chosen(bytes, path, nil) { _ in }
            return (array.type, array.shape)
        }
    }

    /// Returns all arrays in a file, named by their index, including those that cannot be read.
    /// - Throws: ``FileError`` when the file cannot be read, or the first array is broken.
    public static func members(_ path: String) throws(FileError) -> [FileMember] {
        try withFile(path) { (bytes) throws(FileError) in
            try NPYSequence(bytes, path: path, name: nil).arrays.enumerated()
                .map { $1.header.member("\($0)") }
        }
    }

    /// Decodes the array in `bytes`; errors call them `name`.
    public static func decode<Scalar: StoredScalar>(
        _ bytes: [UInt8], as scalar: Scalar.Type = Scalar.self, name: String = "npy data",
        index: Int? = nil, warn: ((String) -> Void)? = nil
    ) throws(FileError) -> Tensor<Scalar> {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
            try chosen(UnsafeRawBufferPointer(buffer), name, index, warn)
                .tensor(as: Scalar.self, path: name, name: nil)
        }
    }

    private static func withFile<Result>(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        return try file.withBytes(body)
    }

    private static func chosen(
        _ bytes: UnsafeRawBufferPointer, _ path: String, _ index: Int?, _ warn: ((String) -> Void)?
    ) throws(FileError) -> StoredElements {
        let sequence = try NPYSequence(bytes, path: path, name: nil)
        if let index { return try sequence.elements(index) }
        if let remark = sequence.remark {
            guard let warn else {
                throw .malformed(
                    path: path, format: "npy", expected: "one array and nothing after it",
                    found: remark)
            }
            warn("\(path): \(remark); the first array is read")
        }
        return try sequence.elements(0)
    }

    /// Calls `body` with the validated array in `bytes`, a member of an archive.
    static func withElements<Result>(
        _ bytes: [UInt8], path: String, name: String?,
        _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
            let sequence = try NPYSequence(
                UnsafeRawBufferPointer(buffer), path: path, name: name)
            if let remark = sequence.remark {
                throw .malformed(
                    path: path, format: "npy", expected: "one array in \(name ?? "the file")",
                    found: remark)
            }
            return try body(sequence.elements(0))
        }
    }
}
