import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels

/// The contents of an imported set: `manifest.json` in its folder.
public struct SetManifest: Sendable, Equatable, Codable {
    /// The version of the layout that this module reads and writes.
    public static let currentVersion = 1
    static let fileName = "manifest.json"

    /// Marks the file as a manifest.
    public var format = "gestalt set"
    public var version = currentVersion
    public var settings: ImportSettings
    /// The categories by their ids in masks, background first.
    public var categories: [Category]
    public var labelFiles: [LabelFile]
    /// In natural order of their names.
    public var sources: [Source]

    /// A category of labels.
    public struct Category: Sendable, Equatable, Codable {
        public var name: String
        /// Red, green and blue; nil for a color by its id.
        public var color: [UInt8]?
    }

    /// A label file that masks come from.
    public struct LabelFile: Sendable, Equatable, Codable {
        public var path: String
        /// The name of its format.
        public var format: String
        /// The number of pictures with labels in it.
        public var pictureCount: Int
    }

    /// A film, or a folder of pictures.
    public struct Source: Sendable, Equatable, Codable {
        /// Its path from the input.
        public var name: String
        /// Its path at the import.
        public var path: String
        /// `film`, `pictures` or `animation`.
        public var kind: String
        /// The SHA-256 of the file, or of the files and their names.
        public var checksum: String
        /// The checksum of everything that its clips depend on.
        public var key: String
        /// The splits of its frames.
        public var splits: SplitBlocks
        /// In the order of the splits.
        public var shards: [Shard]
        /// What was wrong with it, or worth knowing.
        public var problems: [ImportProblem]
        /// The pictures by their numbers, paths from the input; nil for a film.
        public var frameNames: [String]?
    }

    /// A TFRecord file.
    public struct Shard: Sendable, Equatable, Codable {
        public var split: Split
        /// The path in the set.
        public var path: String
        public var byteCount: Int
        public var clips: [Clip]
    }

    /// A record: one clip.
    public struct Clip: Sendable, Equatable, Codable {
        public var name: String
        /// The place of the record in its file.
        public var offset: Int
        public var byteCount: Int
        public var frameCount: Int
        public var labeledCount: Int
        /// The number of labeled frames whose objects are told apart; nil for none.
        public var instanceCount: Int?
        public var height: Int
        public var width: Int
        /// The numbers of the first and the last frame in the source.
        public var firstFrame: Int
        public var lastFrame: Int
        /// Their times in seconds; nil for pictures. The record has the time of every frame.
        public var firstTime: Double?
        public var lastTime: Double?
    }
}

extension SetManifest {
    /// Reads the manifest of the set at `path`.
    /// - Throws: `FileFailure` where there is none, `ConfigurationError` for a damaged one,
    ///   ``ImportError/damagedSet(path:expected:found:)`` for one of another version.
    init(of path: String) throws {
        let file = path + "/" + Self.fileName
        let bytes = try FileReader.bytes(path: file)
        self = try StrictJSON.decode(from: bytes, path: file)
        guard version == Self.currentVersion, format == "gestalt set" else {
            throw ImportError.damagedSet(
                path: file, expected: "a gestalt set of version \(Self.currentVersion)",
                found: "\(format) of version \(version)")
        }
    }

    /// The categories for display and training.
    var labelCategories: [LabelCategory] {
        categories.map { category in
            let color = category.color.flatMap {
                $0.count == 3 ? Color($0[0], $0[1], $0[2]) : nil
            }
            return LabelCategory(category.name, color: color)
        }
    }

    /// The splits that have clips.
    public var splits: [Split] {
        Split.allCases.filter { split in
            sources.contains { source in
                source.shards.contains { $0.split == split && !$0.clips.isEmpty }
            }
        }
    }

    /// Whether the objects of some frame are told apart.
    public var tellsInstances: Bool {
        sources.contains { source in
            source.shards.contains { $0.clips.contains { ($0.instanceCount ?? 0) > 0 } }
        }
    }

    /// The clips of a split in order, each with its source and its file.
    func clips(_ split: Split) -> [(source: Int, shard: Shard, clip: Clip)] {
        sources.indices.flatMap { index in
            sources[index].shards.filter { $0.split == split }.flatMap { shard in
                shard.clips.map { (source: index, shard: shard, clip: $0) }
            }
        }
    }

    /// The contents of each split.
    public var parts: [ImportReport.Part] {
        splits.map { split in
            let clips = clips(split)
            var part = ImportReport.Part(split)
            part.sourceCount = Set(clips.map(\.source)).count
            part.clipCount = clips.count
            part.frameCount = clips.reduce(0) { $0 + $1.clip.frameCount }
            part.labeledCount = clips.reduce(0) { $0 + $1.clip.labeledCount }
            return part
        }
    }
}

extension SetManifest.Source {
    var labeledCount: Int {
        shards.reduce(0) { $0 + $1.clips.reduce(0) { $0 + $1.labeledCount } }
    }
}

extension SetManifest.Category {
    init(_ category: LabelCategory) {
        name = category.name
        color = category.color.map { [$0.red, $0.green, $0.blue] }
    }
}
