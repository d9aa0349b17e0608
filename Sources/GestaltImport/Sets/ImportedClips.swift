import GestaltData
import GestaltIO
import GestaltMedia
import GestaltTensor

/// The clips of one split of an imported set, read one by one.
///
/// Clips of films have a timeline, clips of pictures the series ``ImportedSet/numberSeries``.
public struct ImportedClips: ClipSource {
    private let set: ImportedSet
    private let split: Split
    private let options: ClipOptions
    private let places: [(source: Int, shard: SetManifest.Shard, clip: SetManifest.Clip)]

    /// - Parameter options: with `LabelMeaning.instances`, masks hold ids of objects, of the
    ///   categories in `Clip.categories`; frames whose objects are not told apart are unlabeled.
    public init(_ set: ImportedSet, _ split: Split, options: ClipOptions = ClipOptions()) {
        self.set = set
        self.split = split
        self.options = options
        places = set.manifest.clips(split)
    }

    public var count: Int { places.count }
    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }
    public var labelCoding: LabelCoding? { LabelCoding(ignored: 255, isBinary: false) }
    public var description: String { "\(count) clips of \(set.path) (\(split.folder))" }

    /// - Throws: `FileFailure`, `MediaError` and `ClipError` for a set that was damaged.
    public func clip(at index: Int) throws -> Clip {
        let place = places[index]
        let path = set.path + "/" + place.shard.path
        var example = try Example(
            serialized: try record(place.clip, of: place.shard, path: path), name: path)
        let categories = labelMeaning == .instances ? try chooseInstances(in: &example, path) : nil
        var clip = try ClipRecord(example, path: path, index: index, options: options).clip()
        clip.name = place.clip.name
        clip.categories = categories
        try addPlaces(of: example, to: &clip, path: path)
        return clip
    }

    /// Puts ids of objects in place of ids of categories.
    /// - Returns: the category of each id.
    private func chooseInstances(
        in example: inout Example, _ path: String
    ) throws(ImportError) -> [UInt8: UInt8] {
        for key in example.features.keys where RecordKeys.isMask(key) {
            example.features[key] = nil
        }
        for key in Array(example.features.keys) {
            guard let mask = RecordKeys.mask(ofInstances: key) else { continue }
            example.features[mask] = example.features[key]
        }
        guard let feature = example.features[RecordKeys.instanceCategories] else { return [:] }
        guard case .integers(let numbers) = feature, numbers.count <= InstanceIDs.limit,
            numbers.allSatisfy({ (1..<Int64(max(2, set.categories.count))).contains($0) })
        else {
            throw .damagedSet(
                path: path, expected: "a category of the manifest for each object",
                found: feature.summary)
        }
        return Dictionary(
            uniqueKeysWithValues: numbers.enumerated().map { (UInt8($0 + 1), UInt8($1)) })
    }

    /// Adds the numbers and times of frames.
    private func addPlaces(
        of example: Example, to clip: inout Clip, path: String
    ) throws(ImportError) {
        guard case .integers(let numbers)? = example.features[RecordKeys.numbers],
            numbers.count == clip.frameCount
        else {
            throw .damagedSet(
                path: path, expected: "\(clip.frameCount) frame numbers of \(clip.name)",
                found: example.features[RecordKeys.numbers]?.summary ?? "nothing")
        }
        guard case .integers(let times)? = example.features[RecordKeys.times],
            times.count == clip.frameCount
        else {
            clip.series[ImportedSet.numberSeries] = Tensor(
                shape: [numbers.count, 1], scalars: numbers.map { Float($0) })
            return
        }
        clip.timeline = ClipTimeline(
            numbers: numbers.map { Int($0) }, times: times.map { Double($0) / 1e6 })
    }

    /// The bytes of one record, with its checksums verified.
    private func record(
        _ clip: SetManifest.Clip, of shard: SetManifest.Shard, path: String
    ) throws -> [UInt8] {
        let file = try MappedFile(path: path)
        guard file.byteCount == shard.byteCount, clip.offset >= 0, clip.byteCount >= 0,
            clip.offset <= file.byteCount - clip.byteCount
        else {
            throw ImportError.damagedSet(
                path: path, expected: "\(shard.byteCount) bytes as in the manifest",
                found: "\(file.byteCount)")
        }
        let bytes = file.withBytes { Array($0[clip.offset..<(clip.offset + clip.byteCount)]) }
        let reader = try TFRecordReader(bytes: bytes, name: path)
        guard let record = try reader.next() else {
            throw ImportError.damagedSet(path: path, expected: "a record", found: "none")
        }
        return record
    }
}

/// The keys of records beside those of frames and masks.
enum RecordKeys {
    /// The number of each frame in its source.
    static let numbers = "frame_numbers"
    /// The time of each frame in microseconds.
    static let times = "frame_times_us"
    /// The name of the source.
    static let source = "source"
    /// The category of each id of an object, from id 1 on.
    static let instanceCategories = "instance_categories"

    private static let maskEnding = "/mask/encoded"
    private static let instanceEnding = "/instances/encoded"

    /// The key of the categories of a frame.
    static func mask(_ frame: Int) -> String { "\(frame)\(maskEnding)" }
    /// The key of the objects of a frame.
    static func instances(_ frame: Int) -> String { "\(frame)\(instanceEnding)" }

    static func isMask(_ key: String) -> Bool { key.hasSuffix(maskEnding) }

    /// Returns the key of the categories of the frame that a key of objects is of; nil for another
    /// key.
    static func mask(ofInstances key: String) -> String? {
        guard key.hasSuffix(instanceEnding) else { return nil }
        return key.dropLast(instanceEnding.count) + maskEnding
    }
}
