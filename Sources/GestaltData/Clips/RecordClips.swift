import Foundation
import GestaltMedia

/// The clips of TFRecord files in BAIR's layout, one Example a clip; read and kept in memory.
///
/// A clip of 30 frames of 64 × 64 with masks takes 480 KiB: 240 clips 115 MB. For sets that do not
/// fit, give a `limit`.
public struct RecordClips: ClipSource {
    private let clips: [Clip]
    private let origin: String
    /// Instances unless the options say otherwise: records are of robots and the things they push.
    public let labelMeaning: LabelMeaning
    public let labelCoding: LabelCoding?

    /// Endings of files that count as shards.
    public static let pathEndings = [".tfrecords", ".tfrecords.gz", ".tfrecord", ".tfrecord.gz"]

    /// Reads every shard of a folder, or one file.
    ///
    /// Shards are taken in natural order of their names and read side by side.
    ///
    /// - Throws: `ClipError`, or `MediaError` for files that are no TFRecord or damaged.
    public init(
        path: String, options: ClipOptions = ClipOptions(), progress: LoadingProgress? = nil
    ) throws {
        let shards = try RecordClips.shards(at: path)
        let report = ProgressReport(total: 0, progress)
        var clips: [Clip] = []
        if let limit = options.limit {
            for shard in shards where clips.count < limit {
                clips += try RecordClips.read(
                    shard, options: options, limit: limit - clips.count, report)
            }
        } else {
            clips = try concurrentMap(count: shards.count) { index in
                try RecordClips.read(shards[index], options: options, limit: .max, report)
            }.flatMap { $0 }
        }
        guard !clips.isEmpty || options.limit == 0 else {
            throw ClipError.notFound(
                path: path, expected: "at least one record", found: "\(shards.count) empty files")
        }
        let coding = try LabelCoding.decided(options.ignore, clips: clips)
        for index in clips.indices { try clips[index].decode(coding) }
        self.clips = clips
        labelCoding = coding
        labelMeaning = options.labelMeaning ?? .instances
        origin = path
    }

    public var count: Int { clips.count }

    public func clip(at index: Int) -> Clip { clips[index] }

    public var description: String { "\(count) clips of \(origin)" }

    /// The shards of a folder in natural order, or the file itself.
    static func shards(at path: String) throws(ClipError) -> [String] {
        if Folder.isFile(path) { return [path] }
        let files = try Folder.contents(path).files.filter(isShard)
        guard !files.isEmpty else {
            throw .notFound(
                path: path, expected: "files ending in .tfrecords or .tfrecords.gz",
                found: try Folder.summary(path))
        }
        return files.map { path + "/" + $0 }
    }

    static func isShard(_ name: String) -> Bool {
        pathEndings.contains { name.hasSuffix($0) }
    }

    private static func read(
        _ path: String, options: ClipOptions, limit: Int, _ report: ProgressReport
    ) throws -> [Clip] {
        let reader = try TFRecordReader(path: path)
        var clips: [Clip] = []
        while clips.count < limit, let record = try reader.next() {
            let name = "\(path), record \(clips.count)"
            let example = try Example(serialized: record, name: name)
            clips.append(
                try ClipRecord(example, path: path, index: clips.count, options: options).clip())
            report.advance()
        }
        return clips
    }
}
