import GestaltIO
import GestaltTensor

/// One tensor in a file: npy, npz or safetensors. What is read is recognized by its content; what is
/// written, by the ending of its name.
public enum ArrayFile {
    /// The endings of names that can be written.
    public static let endings = ["npy", "npz", "safetensors"]

    private enum Format: String { case npy, npz, safetensors }

    /// The format that a name asks for.
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

    /// The format that the content has.
    private static func format(_ path: String) throws(FileError) -> Format {
        let kind = try translatingFailures { () throws(FileFailure) in try FileKind(of: path) }
        switch kind {
        case .npy: return .npy
        case .npz: return .npz
        case .safeTensors: return .safetensors
        default:
            throw .unsupported(
                path: path, tensor: nil, expected: "npy, npz or safetensors data",
                found: kind.description)
        }
    }

    /// Whether the path is named like a file of one tensor, so that ``write(_:name:to:)`` takes it.
    public static func isOne(_ path: String) -> Bool { (try? named(path)) != nil }

    /// Whether the file at `path` holds tensors by its content, whatever its name.
    public static func holdsTensors(_ path: String) -> Bool { (try? format(path)) != nil }

    /// Reads the tensor; of several, the one called `name`.
    ///
    /// - Throws: ``FileError`` for another kind of file, a broken file, values that do not fit `Scalar`,
    ///   or several tensors none of which is called `name`.
    public static func read<Scalar: StoredScalar>(
        _ path: String, as scalar: Scalar.Type = Scalar.self, name: String
    ) throws(FileError) -> Tensor<Scalar> {
        switch try format(path) {
        case .npy: return try NPY.read(path, as: Scalar.self)
        case .npz:
            let file = try NPZ.open(path)
            return try file.tensor(try chosen(name, of: file.names, path), as: Scalar.self)
        case .safetensors:
            let file = try SafeTensors.open(path)
            return try file.tensor(try chosen(name, of: file.names, path), as: Scalar.self)
        }
    }

    /// The type of the tensor's elements.
    public static func type(_ path: String, name: String) throws(FileError) -> StoredType {
        switch try format(path) {
        case .npy: return try NPY.info(path).type
        case .npz:
            let file = try NPZ.open(path)
            return try file.info(try chosen(name, of: file.names, path)).type
        case .safetensors:
            let file = try SafeTensors.open(path)
            return try file.info(try chosen(name, of: file.names, path)).type
        }
    }

    private static func chosen(
        _ name: String, of names: [String], _ path: String
    ) throws(FileError) -> String {
        if names.count == 1 { return names[0] }
        guard names.contains(name) else {
            throw .missing(path: path, tensor: name, available: names)
        }
        return name
    }

    /// Writes the tensor under `name`, where the format has names.
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
