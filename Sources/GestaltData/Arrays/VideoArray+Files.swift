import GestaltFiles
import GestaltIO
import GestaltTensor

extension VideoArray {
    /// The clips in an npy, npz or safetensors file.
    ///
    /// - Throws: `ClipError` for arrays that are no clips or do not decide what they are,
    ///   `FileError` for files that are damaged.
    init(path: String, options: ArrayOptions) throws {
        let file = try NamedArrays(path)
        let name = try file.videoName(options.key)
        let type = try file.type(name)
        switch type.elementType {
        case .uint8:
            try self.init(file.read(name, as: UInt8.self), path: path, options: options)
        case .float32, .float64, .float16, .bfloat16:
            try self.init(
                file.read(name, as: Float.self), areIntegers: false, path: path, options: options)
        case .int32, .int64:
            try self.init(
                file.read(name, as: Float.self), areIntegers: true, path: path, options: options)
        case .bool:
            var options = options
            options.range = options.range ?? .unit
            try self.init(
                file.read(name, as: Float.self), areIntegers: true, path: path, options: options)
        }
    }
}

/// The arrays of a file; one without a name in an npy file.
struct NamedArrays {
    private enum Content {
        case npy
        case npz(NPZFile)
        case safetensors(SafeTensorsFile)
    }

    let path: String
    private let content: Content

    init(_ path: String) throws(FileError) {
        self.path = path
        // What cannot be opened here is reported by the reader of npy files.
        switch try? FileKind(of: path) {
        case .npz: content = .npz(try NPZFile(contentsOf: path))
        case .safeTensors: content = .safetensors(try SafeTensorsFile(contentsOf: path))
        default: content = .npy
        }
    }

    var names: [String] {
        switch content {
        case .npy: []
        case .npz(let file): file.names
        case .safetensors(let file): file.names
        }
    }

    /// The array that holds clips: the one of this name, the only one, or the first of the usual
    /// names.
    func videoName(_ key: String?) throws -> String {
        if case .npy = content { return "" }
        if let key {
            guard names.contains(key) else {
                throw FileError.missing(path: path, tensor: key, available: names)
            }
            return key
        }
        if names.count == 1 { return names[0] }
        if let name = ArrayOptions.usualNames.first(where: names.contains) { return name }
        throw ClipError.undecided(
            path: path,
            found: names.isEmpty ? "no arrays" : "the arrays " + names.joined(separator: ", "),
            option: "--key NAME")
    }

    /// The array that holds the masks of the clips, if there is one.
    var maskName: String? { ArrayOptions.usualMaskNames.first(where: names.contains) }

    func type(_ name: String) throws(FileError) -> StoredType {
        switch content {
        case .npy: try NPY.info(path).type
        case .npz(let file): try file.info(name).type
        case .safetensors(let file): try file.info(name).type
        }
    }

    func read<Scalar: StoredScalar>(
        _ name: String, as scalar: Scalar.Type
    ) throws(FileError) -> Tensor<Scalar> {
        switch content {
        case .npy: try NPY.read(path, as: Scalar.self)
        case .npz(let file): try file.tensor(name, as: Scalar.self)
        case .safetensors(let file): try file.tensor(name, as: Scalar.self)
        }
    }
}
