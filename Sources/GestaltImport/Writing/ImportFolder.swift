import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels

/// The folder of a set while it is written.
///
/// ```
/// set/
///     manifest.json            appears last: with it the set is complete
///     train/ val/ test/        shards
///     sheet.png report.json
///     .import/                 finished sources of an import that is not complete; checksums
/// ```
struct ImportFolder {
    static let reportName = "report.json"
    static let sheetName = "sheet.png"
    let path: String

    var checksums: String { work + "/checksums.json" }
    /// The folder of sources that are finished before the set is.
    var finished: String { work + "/finished" }
    private var work: String { path + "/.import" }

    init(_ path: String) { self.path = path }

    /// Creates the folders.
    func make() throws { try OutputFolder.make(finished) }

    /// Returns the source of a key that an earlier import finished, with its files at hand.
    func source(_ key: String) -> SetManifest.Source? {
        guard let bytes = try? FileReader.bytes(path: record(key)),
            let source = try? StrictJSON.decode(SetManifest.Source.self, from: bytes),
            source.key == key, holds(source.shards)
        else { return nil }
        return source
    }

    /// Whether the files of shards are in the set, or wait for it.
    func holds(_ shards: [SetManifest.Shard]) -> Bool {
        shards.allSatisfy { shard in
            [finished, path].contains { folder in
                (try? FileReader(path: folder + "/" + shard.path).byteCount) == shard.byteCount
            }
        }
    }

    /// Remembers a finished source.
    func keep(_ source: SetManifest.Source) throws {
        try AtomicFile.write(StrictJSON.encode(source), to: record(source.key))
    }

    private func record(_ key: String) -> String { "\(finished)/\(key).json" }

    /// Completes the set: moves the files to their places, then writes the manifest, then removes
    /// files of earlier imports.
    /// - Returns: whether the manifest is another one than before.
    func publish(_ manifest: SetManifest) throws -> Bool {
        for shard in manifest.sources.flatMap(\.shards) {
            let (from, to) = (finished + "/" + shard.path, path + "/" + shard.path)
            guard FileManager.default.fileExists(atPath: from) else { continue }
            try OutputFile.makeFolder(of: to)
            guard rename(from, to) == 0 else {
                throw FileFailure(
                    path: to, action: .rename, reason: String(cString: strerror(errno)))
            }
        }
        let changed = try write(StrictJSON.encode(manifest), as: SetManifest.fileName)
        try removeOthers(than: Set(manifest.sources.flatMap(\.shards).map(\.path)))
        try FileManager.default.removeItem(atPath: finished)
        return changed
    }

    /// Writes a file of the set, unless it has these bytes already.
    /// - Returns: whether it was written.
    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> Bool {
        let file = path + "/" + name
        if let before = try? FileReader.bytes(path: file), before == bytes { return false }
        try AtomicFile.write(bytes, to: file)
        return true
    }

    private func removeOthers(than paths: Set<String>) throws {
        for split in Split.allCases {
            let folder = path + "/" + split.folder
            guard Folder.exists(folder) else { continue }
            for name in try Folder.contents(folder).files
            where name.hasSuffix(".tfrecord") && !paths.contains(split.folder + "/" + name) {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
            // Only an empty folder is removed.
            rmdir(folder)
        }
    }
}
