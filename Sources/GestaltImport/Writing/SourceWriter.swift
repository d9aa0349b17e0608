import GestaltData
import GestaltIO
import GestaltMedia

/// A frame as a record holds it.
struct EncodedFrame: Sendable {
    var number: Int
    /// Seconds; nil for pictures.
    var time: Double?
    var size: FrameSize
    /// PNG.
    var picture: [UInt8]
    /// PNG of ids of categories; nil for an unlabeled frame.
    var mask: [UInt8]?
    /// PNG of ids of objects; nil for a frame whose objects are not told apart.
    var instances: [UInt8]?

    var byteCount: Int { picture.count + (mask?.count ?? 0) + (instances?.count ?? 0) }
}

/// Writes the frames of one source as clips into a TFRecord file per split.
///
/// A clip has frames of one size and one split without a gap. Memory holds the encoded frames of
/// open clips: half as many again as a clip may have, of each size.
final class SourceWriter {
    /// An open clip.
    private struct Part {
        var frames: [EncodedFrame] = []
        var byteCount = 0
    }

    private struct PartKey: Hashable {
        var split: Split
        var size: FrameSize
    }

    private struct Output {
        var writer: TFRecordWriter
        var byteCount = 0
        var clips: [SetManifest.Clip] = []
    }

    /// Bytes of frames in open clips from which the largest is written, however short.
    private static let largestMemory = 128 << 20
    /// Bytes of a TFRecord entry beside its data.
    private static let frameBytes = 16

    private let name: String
    private let key: String
    private let folder: String
    private let splits: SplitBlocks
    private let clipLength: Int
    private let instanceCategories: [UInt8]
    private var parts: [PartKey: Part] = [:]
    private var outputs: [Split: Output] = [:]
    private var clipCount = 0

    /// - Parameters:
    ///   - name: the source's.
    ///   - key: a part of the files' names, so that files of other contents have other names.
    ///   - folder: where the files go until the set is complete.
    ///   - instanceCategories: the category of each id of an object, from id 1 on.
    init(
        name: String, key: String, folder: String, splits: SplitBlocks, clipLength: Int,
        instanceCategories: [UInt8]
    ) {
        self.name = name
        self.key = key
        self.folder = folder
        self.splits = splits
        self.clipLength = clipLength
        self.instanceCategories = instanceCategories
    }

    func append(_ frame: EncodedFrame) throws {
        let key = PartKey(split: splits.split(of: frame.number), size: frame.size)
        parts[key, default: Part()].frames.append(frame)
        parts[key]?.byteCount += frame.byteCount
        // The rest is at least half a clip.
        if let part = parts[key], part.frames.count >= clipLength + (clipLength + 1) / 2 {
            try write(Array(part.frames.prefix(clipLength)), key.split)
            let rest = Array(part.frames.dropFirst(clipLength))
            parts[key] = Part(frames: rest, byteCount: rest.reduce(0) { $0 + $1.byteCount })
        }
        while parts.values.reduce(0, { $0 + $1.byteCount }) > Self.largestMemory {
            guard let largest = parts.max(by: { $0.value.byteCount < $1.value.byteCount }) else {
                break
            }
            try close(largest.key)
        }
    }

    /// Ends the open clips: the next frame does not follow the last one.
    func endClips() throws {
        let open = parts.sorted {
            ($0.value.frames.first?.number ?? 0) < ($1.value.frames.first?.number ?? 0)
        }
        for (key, _) in open { try close(key) }
    }

    /// Completes the files, which get their names.
    func finish() throws -> [SetManifest.Shard] {
        try endClips()
        return try Split.allCases.compactMap { split in
            guard let output = outputs[split] else { return nil }
            try output.writer.finish()
            return SetManifest.Shard(
                split: split, path: path(split), byteCount: output.byteCount, clips: output.clips)
        }
    }

    private func close(_ key: PartKey) throws {
        guard let part = parts.removeValue(forKey: key), !part.frames.isEmpty else { return }
        try write(part.frames, key.split)
    }

    /// The path of a shard in the set.
    private func path(_ split: Split) -> String {
        var plain = name.map { "/\\:".contains($0) ? "-" : $0 }[...]
        // File systems take 255 bytes.
        while String(plain).utf8.count > 160 { plain.removeFirst() }
        return "\(split.folder)/\(String(plain))-\(key.prefix(12)).tfrecord"
    }

    private func write(_ frames: [EncodedFrame], _ split: Split) throws {
        guard let first = frames.first, let last = frames.last else { return }
        var output = try outputs[split] ?? self.output(split)
        let record = example(frames).serialized()
        try output.writer.append(record)
        let byteCount = record.count + Self.frameBytes
        let instanceCount = frames.count { $0.instances != nil }
        output.clips.append(
            SetManifest.Clip(
                name: "\(name)#\(clipCount)", offset: output.byteCount, byteCount: byteCount,
                frameCount: frames.count, labeledCount: frames.count { $0.mask != nil },
                instanceCount: instanceCount > 0 ? instanceCount : nil,
                height: first.size.height, width: first.size.width, firstFrame: first.number,
                lastFrame: last.number, firstTime: first.time, lastTime: last.time))
        output.byteCount += byteCount
        outputs[split] = output
        clipCount += 1
    }

    /// Creates the file of a split.
    private func output(_ split: Split) throws -> Output {
        let path = folder + "/" + path(split)
        try OutputFile.makeFolder(of: path)
        return Output(writer: try TFRecordWriter(path: path))
    }

    /// A record in BAIR's layout, which `RecordClips` reads, with numbers and times.
    private func example(_ frames: [EncodedFrame]) -> Example {
        var features: [String: Example.Feature] = [
            RecordKeys.source: .bytes([Array(name.utf8)]),
            RecordKeys.numbers: .integers(frames.map { Int64($0.number) }),
        ]
        let times = frames.compactMap { $0.time.map { Int64(($0 * 1e6).rounded()) } }
        if times.count == frames.count { features[RecordKeys.times] = .integers(times) }
        for (place, frame) in frames.enumerated() {
            features["\(place)/image_main/encoded"] = .bytes([frame.picture])
            if let mask = frame.mask { features[RecordKeys.mask(place)] = .bytes([mask]) }
            if let ids = frame.instances { features[RecordKeys.instances(place)] = .bytes([ids]) }
        }
        if frames.contains(where: { $0.instances != nil }) {
            features[RecordKeys.instanceCategories] = .integers(
                instanceCategories.map { Int64($0) })
        }
        return Example(features: features)
    }
}
