import GestaltTensor

extension Tensor where Scalar: StoredScalar {
    /// Reads the tensor in a file of npy, npz or safetensors data or of `torch.save`, recognized by
    /// its content; elements are converted as ``StoredScalar`` specifies.
    ///
    /// ```swift
    /// let clips = try Tensor<UInt8>(contentsOf: "clips.npy")
    /// ```
    /// - Parameter name: which tensor, where the file holds several.
    /// - Throws: ``FileError`` for another kind of file, a broken file, values that do not fit
    ///   `Scalar`, or several tensors none of which is called `name`.
    public init(contentsOf path: String, name: String = "tensor") throws(FileError) {
        self = try ArrayFile.read(path, as: Scalar.self, name: name)
    }

    /// Writes the tensor to a file whose name ends in `.npy`, `.npz` or `.safetensors`.
    /// - Parameter name: what the tensor is called there, where the format has names.
    /// - Throws: ``FileError`` for another ending, or when the file cannot be written; nothing
    ///   half-written remains.
    public func write(to path: String, name: String = "tensor") throws(FileError) {
        try ArrayFile.write(self, name: name, to: path)
    }
}
