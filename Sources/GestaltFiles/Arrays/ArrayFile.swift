import GestaltTensor

/// One tensor in a file whose format its ending tells: `.npy`, `.npz` or `.safetensors`.
public enum ArrayFile {
    /// The endings that can be read and written.
    public static let endings = ["npy", "npz", "safetensors"]

    private enum Format: String { case npy, npz, safetensors }

    private static func format(_ path: String) throws(FileError) -> Format {
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard let format = Format(rawValue: ending) else {
            throw .unsupported(
                path: path, tensor: nil,
                expected: "a name ending in " + endings.map { "." + $0 }.joined(separator: ", "),
                found: ending.isEmpty ? "no ending" : "." + ending)
        }
        return format
    }

    /// Whether the path ends like a file of one tensor.
    public static func isOne(_ path: String) -> Bool { (try? format(path)) != nil }

    /// Reads the tensor; of several, the one called `name`.
    ///
    /// - Throws: ``FileError`` for another ending, a broken file, values that do not fit `Scalar`,
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
        switch try format(path) {
        case .npy: try NPY.write(tensor, to: path)
        case .npz: try NPZ.write([(name: name, tensor: tensor)], to: path)
        case .safetensors: try SafeTensors.write([(name: name, tensor: tensor)], to: path)
        }
    }
}
