import Foundation
import GestaltFiles
import GestaltIO
import GestaltRecipes
import GestaltTensor
import GestaltVideo

/// Latents of frozen encoders in files named by their keys; beyond a size, the least recently used
/// ones are removed.
///
/// Several processes may share the folder: files appear whole, and one that is removed while it is
/// read stays readable.
public struct LatentFolder: LatentStore {
    public let path: String
    /// The limit of all files together, in bytes.
    public let byteLimit: Int

    public init(_ path: String, byteLimit: Int) {
        self.path = path
        self.byteLimit = byteLimit
    }

    private func file(_ key: String) -> String { "\(path)/\(key).safetensors" }
    private static let keyName = "key"

    /// Returns nil also for a damaged file, which is computed again.
    public func latents(_ key: String) throws -> Latent? {
        let path = file(key)
        guard FileManager.default.fileExists(atPath: path),
            let stored = try? SafeTensorsFile(contentsOf: path),
            stored.metadata[Self.keyName] == key, let latents = try? Latent(stored)
        else { return nil }
        // The time of change is that of the last use.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
        return latents
    }

    /// Latents larger than the limit are not stored.
    public func store(_ latents: Latent, _ key: String) throws {
        guard latents.byteCount <= byteLimit else { return }
        try OutputFolder.make(path)
        try trim(to: byteLimit - latents.byteCount)
        let levels = latents.finer.enumerated()
        try SafeTensors.write(
            [(name: "latent", tensor: AnyTensor(latents.tensor))]
                + levels.map { (name: "finer.\($0)", tensor: AnyTensor($1.tensor)) },
            metadata: [
                Self.keyName: key,
                "strides": ([latents.stride] + latents.finer.map(\.stride)).map(String.init)
                    .joined(separator: " "),
            ], to: file(key))
    }

    /// Removes the least recently used files, until the others take at most `byteCount` bytes.
    private func trim(to byteCount: Int) throws {
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
        let files = try FileManager.default.contentsOfDirectory(
            at: URL(filePath: path), includingPropertiesForKeys: Array(keys))
        let entries = files.compactMap { url in
            (try? url.resourceValues(forKeys: keys)).map { values in
                (url, values.fileSize ?? 0, values.contentModificationDate ?? .distantPast)
            }
        }.sorted { ($0.2, $0.0.path) < ($1.2, $1.0.path) }
        var total = entries.reduce(0) { $0 + $1.1 }
        for (url, size, _) in entries where total > byteCount {
            // Another process may have removed it.
            try? FileManager.default.removeItem(at: url)
            total -= size
        }
    }
}

extension Latent {
    fileprivate var byteCount: Int {
        MemoryLayout<Float>.size * finer.reduce(tensor.count) { $0 + $1.tensor.count }
    }

    /// - Throws: `FileError` for missing tensors, ``StudyError`` for ones that do not fit.
    fileprivate init(_ file: SafeTensorsFile) throws {
        let strides = (file.metadata["strides"] ?? "").split(separator: " ").compactMap { Int($0) }
        let tensor: Tensor<Float> = try file.tensor("latent")
        let stages = try strides.indices.dropFirst().map { level in
            (try file.tensor("finer.\(level - 1)") as Tensor<Float>, strides[level])
        }
        guard tensor.rank == 5, let stride = strides.first,
            stages.allSatisfy({ $0.0.rank == 4 && $0.0.shape[0] == tensor.shape[0] }),
            zip(strides, strides.dropFirst()).allSatisfy({ $0 > $1 && $1 > 0 })
        else {
            throw StudyError.file(path: file.path, expected: "latents", found: "\(tensor.shape)")
        }
        self.init(tensor, stride: stride, finer: stages.map { Stage($0.0, stride: $0.1) })
    }
}
