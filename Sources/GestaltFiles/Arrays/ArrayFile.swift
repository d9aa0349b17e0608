import GestaltIO
import GestaltTensor

/// One tensor in a file: npy, npz, safetensors, or a checkpoint of `torch.save`. The format is
/// recognized by the content when reading, and chosen by the file name's extension when writing
/// npy, npz and safetensors.
public enum ArrayFile {
    /// The file name extensions that can be written.
    public static let endings = ["npy", "npz", "safetensors"]

    private enum Format: String { case npy, npz, safetensors }

    /// The content of a file to read.
    private enum Content {
        case npy
        case npz(NPZFile)
        case safetensors(SafeTensorsFile)
        case torch(PyTorchFile)
        case sharded(ShardedTensors)
    }

    /// Returns the format of a file name.
    private static func named(_ path: String) throws(FileError) -> Format {
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard let format = Format(rawValue: ending) else {
            throw .unsupported(
                path: path, tensor: nil,
                expected: "a name ending in " + endings.map { "." + $0 }.joined(separator: ", "),
                found: ending.isEmpty ? "no ending" : "." + ending)
        }
        return format
    }

    private static func content(_ path: String) throws(FileError) -> Content {
        let kind = try translatingFailures { () throws(FileFailure) in try FileKind(of: path) }
        switch kind {
        case .npy: return .npy
        case .npz: return .npz(try NPZFile(contentsOf: path))
        case .safeTensors: return .safetensors(try SafeTensorsFile(contentsOf: path))
        case .torchArchive, .torchSequence: return .torch(try PyTorchFile(contentsOf: path))
        case .shardIndex: return .sharded(try ShardedTensors(contentsOf: path))
        default:
            throw .unsupported(
                path: path, tensor: nil,
                expected: "npy, npz or safetensors data, or tensors of torch.save",
                found: kind.description)
        }
    }

    /// Whether the path has the extension of a file of one tensor, as ``write(_:name:to:)``
    /// requires.
    public static func isOne(_ path: String) -> Bool { (try? named(path)) != nil }

    /// Whether the file at `path` holds tensors by its content, whatever its name.
    public static func holdsTensors(_ path: String) -> Bool {
        guard let kind = try? FileKind(of: path) else { return false }
        return kind.holdsArrays || kind.isTorchCheckpoint || kind == .shardIndex
    }

    /// Returns all entries of the file.
    /// - Throws: ``FileError`` for another kind of file, or a broken one.
    public static func members(_ path: String) throws(FileError) -> [FileMember] {
        switch try content(path) {
        case .npy: try NPY.members(path)
        case .npz(let file): file.members
        case .safetensors(let file): file.members
        case .torch(let file): file.members
        case .sharded(let file): file.members
        }
    }

    /// Reads the tensor; if several can be read, the one called `name`.
    ///
    /// - Parameter warn: called with a sentence about ignored content, see
    ///   ``NPY/read(_:as:index:warn:)``.
    /// - Throws: ``FileError`` for another kind of file, a broken file, values that do not fit
    ///   `Scalar`, or several tensors none of which is called `name`.
    public static func read<Scalar: StoredScalar>(
        _ path: String, as scalar: Scalar.Type = Scalar.self, name: String,
        warn: ((String) -> Void)? = nil
    ) throws(FileError) -> Tensor<Scalar> {
        let content = try content(path)
        if case .npy = content { return try NPY.read(path, as: Scalar.self, warn: warn) }
        let chosen = try chosen(name, of: try members(content), path)
        switch content {
        case .npy: return try NPY.read(path, as: Scalar.self, warn: warn)
        case .npz(let file): return try file.tensor(chosen, as: Scalar.self)
        case .safetensors(let file): return try file.tensor(chosen, as: Scalar.self)
        case .torch(let file): return try file.tensor(chosen, as: Scalar.self)
        case .sharded(let file): return try file.tensor(chosen, as: Scalar.self)
        }
    }

    /// Returns the element type of the tensor.
    public static func type(_ path: String, name: String) throws(FileError) -> StoredType {
        let content = try content(path)
        if case .npy = content { return try NPY.info(path).type }
        let members = try members(content)
        let chosen = try chosen(name, of: members, path)
        guard let member = members.first(where: { $0.name == chosen }),
            let type = StoredType(rawValue: member.type), member.isReadable
        else { throw .missing(path: path, tensor: chosen, available: members.map(\.name)) }
        return type
    }

    private static func members(_ content: Content) throws(FileError) -> [FileMember] {
        switch content {
        case .npy: []
        case .npz(let file): file.members
        case .safetensors(let file): file.members
        case .torch(let file): file.members
        case .sharded(let file): file.members
        }
    }

    /// Returns the member called `name`, or the only one that can be read.
    private static func chosen(
        _ name: String, of members: [FileMember], _ path: String
    ) throws(FileError) -> String {
        let readable = members.filter(\.isReadable)
        if readable.count == 1 { return readable[0].name }
        if let member = members.first(where: { $0.name == name }) {
            guard member.isReadable else { throw member.refusal(path) }
            return name
        }
        if readable.isEmpty, let first = members.first { throw first.refusal(path) }
        throw .missing(
            path: path, tensor: name,
            available: readable.map { "\($0.name) \($0.type) \($0.shape ?? [])" })
    }

    /// Writes the tensor, under `name` where the format has names.
    public static func write<Scalar: StoredScalar>(
        _ tensor: Tensor<Scalar>, name: String, to path: String
    ) throws(FileError) {
        switch try named(path) {
        case .npy: try NPY.write(tensor, to: path)
        case .npz: try NPZ.write([(name: name, tensor: tensor)], to: path)
        case .safetensors: try SafeTensors.write([(name: name, tensor: tensor)], to: path)
        }
    }
}
