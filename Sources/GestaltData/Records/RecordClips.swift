import Foundation
import GestaltIO
import GestaltMedia

/// The clips of TFRecord files, an Example or SequenceExample each; read and kept in memory.
///
/// BAIR's layout, those of TensorFlow Datasets and RLDS, and others whose frames are found by what
/// features hold: a list of pictures, or a picture under each numbered key. Raw frames are of the
/// size in the options, or of their `height` and `width` features; pictures are of their own.
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
    /// - Parameter files: which files of the folder; nil for all.
    /// Shards are taken in natural order of their names and read side by side.
    ///
    /// - Throws: `ClipError`, or `MediaError` for files that are no TFRecord or damaged.
    public init(
        path: String, files: [String]? = nil, options: ClipOptions = ClipOptions(),
        progress: ProgressHandler? = nil
    ) throws {
        let shards = try files?.map { path + "/" + $0 } ?? RecordClips.shards(at: path)
        let report = ProgressReport(total: nil, progress)
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

    public var isInMemory: Bool { true }

    public var count: Int { clips.count }

    public func clip(at index: Int) -> Clip { clips[index] }

    public var description: String { "\(count) clips of \(origin)" }

    /// The shards of a folder in natural order, or the file itself.
    static func shards(at path: String) throws(ClipError) -> [String] {
        if Folder.isFile(path) { return [path] }
        let files = try Folder.contents(path).files.filter(isShard)
        guard !files.isEmpty else {
            throw .notFound(
                path: path, expected: "files named like .tfrecord or .tfrecords",
                found: try Folder.summary(path))
        }
        return files.map { path + "/" + $0 }
    }

    /// Whether a file is named as records are: by its ending, or like TensorFlow Datasets'
    /// `NAME.tfrecord-00000-of-00016`.
    static func isShard(_ name: String) -> Bool {
        let name = name.lowercased()
        if pathEndings.contains(where: name.hasSuffix) { return true }
        let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        guard let dot = plain.lastIndex(of: ".") else { return false }
        let parts = plain[dot...].split(separator: "-")
        return parts.count == 4 && [".tfrecord", ".tfrecords"].contains(String(parts[0]))
            && parts[2] == "of" && Int(parts[1]) != nil && Int(parts[3]) != nil
    }

    /// Whether a file holds records by its content.
    static func isRecord(_ path: String) -> Bool { (try? FileKind(of: path)) == .tfRecord }

    private static func read(
        _ path: String, options: ClipOptions, limit: Int, _ report: ProgressReport
    ) throws -> [Clip] {
        let reader = try TFRecordReader(path: path)
        var clips: [Clip] = []
        while clips.count < limit, let record = try reader.next() {
            let name = "\(path), record \(clips.count)"
            let example = try SequenceExample(serialized: record, name: name)
            let layout = RecordLayout(path: path, index: clips.count, options: options)
            let features = try layout.features(example.context, lists: example.lists)
            clips.append(
                try ClipRecord(
                    Example(features: features), path: path, index: clips.count, options: options
                ).clip())
            try report.advance()
        }
        return clips
    }
}
