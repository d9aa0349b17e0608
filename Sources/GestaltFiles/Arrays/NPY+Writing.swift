import GestaltIO
import GestaltTensor

extension NPY {
    /// Writes an array in row-major order, little-endian.
    ///
    /// - Precondition: the elements are not `BFloat16`, which NumPy does not support.
    /// - Throws: ``FileError`` when the file cannot be written; no partial file remains.
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

    /// Returns the bytes that ``write(_:to:)`` would write.
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
}
