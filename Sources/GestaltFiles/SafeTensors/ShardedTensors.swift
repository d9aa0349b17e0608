import Foundation
import GestaltIO
import GestaltTensor

/// A sharded checkpoint: several files with an index of their tensors, the format of large
/// published models (`model.safetensors.index.json` with `model-00001-of-00002.safetensors`, or
/// the same of PyTorch files). It is opened by its index or by its folder.
public final class ShardedTensors: Sendable {
    /// The index.
    public let path: String
    /// The files in the same folder, in the order of their names.
    public let shards: [String]
    /// All tensors, in the order of the files.
    public let members: [FileMember]
    /// The metadata strings of all files; of equal keys, the first file's.
    public let metadata: [String: String]
    private let files: [String: Shard]
    private let places: [String: String]

    fileprivate enum Shard: Sendable {
        case safeTensors(SafeTensorsFile)
        case torch(PyTorchFile)
    }

    /// The size limit of an index, which takes a few hundred bytes per tensor.
    private static let largestIndex = 100_000_000
    private static let mostShards = 10_000

    /// Returns the index in a folder: the only file with the suffix `.index.json`; nil for none.
    /// - Throws: ``FileError`` when there are several.
    public static func index(in folder: String) throws(FileError) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let indices = names.filter { $0.hasSuffix(".index.json") && !$0.hasPrefix(".") }.sorted()
        // Where the folder holds the same model in both formats, the one without pickles.
        let safe = indices.filter { $0.hasSuffix(".safetensors.index.json") }
        let chosen = safe.isEmpty ? indices : safe
        guard chosen.count <= 1 else {
            throw .unsupported(
                path: folder, tensor: nil, expected: "one index of a checkpoint",
                found: chosen.joined(separator: ", "))
        }
        return chosen.first.map { folder + "/" + $0 }
    }

    /// Reads the index and the headers of all files that it names.
    ///
    /// - Throws: ``FileError`` when the index is broken or names files outside its folder, when
    ///   files are missing (all are listed), and when index and files disagree about the location
    ///   of a tensor.
    public init(contentsOf path: String) throws(FileError) {
        self.path = path
        let places = try Self.places(path)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let shards = Set(places.values).sorted()
        let missing = shards.filter { (try? PathStatus(folder + $0)) == nil }
        guard missing.isEmpty else {
            let shown = missing.prefix(8).joined(separator: ", ")
            throw .unsupported(
                path: path, tensor: nil, expected: "\(shards.count) files beside the index",
                found: "\(missing.count) missing: \(shown)\(missing.count > 8 ? ", …" : "")")
        }
        var files: [String: Shard] = [:]
        var members: [FileMember] = []
        var metadata: [String: String] = [:]
        for shard in shards {
            let file = try Self.shard(folder + shard)
            files[shard] = file
            for member in file.members {
                guard let stated = places[member.name] else {
                    throw Self.malformed(path, "\(member.name), which \(shard) holds", "none")
                }
                guard stated == shard else {
                    throw Self.malformed(
                        path, "\(member.name) in \(stated) only", "a second one in \(shard)")
                }
                members.append(member)
            }
            metadata.merge(file.metadata) { first, _ in first }
        }
        let present = Set(members.map(\.name))
        if let absent = places.keys.filter({ !present.contains($0) }).min() {
            throw Self.malformed(path, "\(absent) in \(places[absent] ?? "")", "no such tensor")
        }
        (self.shards, self.files, self.places) = (shards, files, places)
        (self.members, self.metadata) = (members, metadata)
    }

    /// Reads a tensor, its elements converted to `Scalar` as described in ``StoredScalar``.
    /// - Throws: ``FileError`` when there is none of this name, or it is not read.
    public func tensor<Scalar: StoredScalar>(
        _ name: String, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        guard let shard = places[name], let file = files[shard] else {
            throw .missing(path: path, tensor: name, available: places.keys.sorted())
        }
        switch file {
        case .safeTensors(let file): return try file.tensor(name)
        case .torch(let file): return try file.tensor(name)
        }
    }

    /// Returns the file of each tensor.
    private static func places(_ path: String) throws(FileError) -> [String: String] {
        let bytes = try translatingFailures { () throws(FileFailure) in
            try FileReader.bytes(path: path, limit: largestIndex)
        }
        let index: JSONValue
        do throws(JSONReader.Failure) {
            index = try bytes.withUnsafeBufferPointer { (text) throws(JSONReader.Failure) in
                try JSONReader.value(in: UnsafeRawBufferPointer(text))
            }
        } catch {
            throw malformed(path, error.expected, "something else at byte \(error.place)")
        }
        guard case .object(let members) = index,
            case .object(let entries)? = members.first(where: { $0.key == "weight_map" })?.value
        else { throw malformed(path, "an object weight_map", "none") }
        var places: [String: String] = [:]
        for (name, value) in entries {
            guard case .string(let file) = value, isPlain(file) else {
                throw malformed(
                    path, "a file beside the index for \(name)",
                    String(value.description.prefix(80)))
            }
            places[name] = file
        }
        guard !places.isEmpty, Set(places.values).count <= mostShards else {
            throw malformed(path, "tensors in at most \(mostShards) files", "another number")
        }
        return places
    }

    /// Whether a name stays inside the folder: relative, without parent folders and hidden files.
    private static func isPlain(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return !name.contains("\\") && !name.unicodeScalars.contains { $0.value < 0x20 }
            && parts.count <= 8 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    }

    private static func shard(_ path: String) throws(FileError) -> Shard {
        let kind = try translatingFailures { () throws(FileFailure) in try FileKind(of: path) }
        switch kind {
        case .safeTensors: return .safeTensors(try SafeTensorsFile(contentsOf: path))
        case .torchArchive, .torchSequence: return .torch(try PyTorchFile(contentsOf: path))
        default:
            throw .unsupported(
                path: path, tensor: nil, expected: "safetensors data or a PyTorch checkpoint",
                found: kind.description)
        }
    }

    private static func malformed(
        _ path: String, _ expected: String, _ found: String
    ) -> FileError {
        .malformed(path: path, format: "index of a checkpoint", expected: expected, found: found)
    }
}

extension ShardedTensors.Shard {
    fileprivate var members: [FileMember] {
        switch self {
        case .safeTensors(let file): file.members
        case .torch(let file): file.members
        }
    }

    fileprivate var metadata: [String: String] {
        if case .safeTensors(let file) = self { file.metadata } else { [:] }
    }
}
