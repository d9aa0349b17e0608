import GestaltTensor

/// Clips that are read on demand, through a cache, with the findings of a first reading.
struct LazyClips: Sendable {
    typealias Change = @Sendable (Clip) throws -> Clip

    /// One clip: its number in `source`, and its properties.
    struct Entry: Sendable {
        let index: Int
        let info: ClipInfo
        let counts: ClipCounts
    }

    let source: CachedClips
    var entries: [Entry]
    /// Changes to clips after the cache, cheap compared with decoding.
    var changes: [Change] = []

    /// - Throws: what the source throws, and `ClipError.mismatchedShapes` where a clip is not what
    ///   it was.
    func clip(at index: Int) throws -> Clip {
        let entry = entries[index]
        let clip = try source.clip(at: entry.index)
        guard clip.frameCount == entry.info.frameCount, FrameSize(clip) == entry.info.size else {
            throw ClipError.mismatchedShapes(
                path: entry.info.name,
                expected: "\(entry.info.frameCount) frames of \(entry.info.size) pixels as when "
                    + "the data were opened",
                found: "\(clip.frameCount) of \(FrameSize(clip))")
        }
        guard !entry.info.hasMasks || clip.masks != nil else {
            throw ClipError.missingMasks(
                clip: entry.info.name, reason: "it had some when the data were opened")
        }
        return try changes.reduce(clip) { try $1($0) }
    }
}

/// The frequencies of bytes and ids in a clip.
struct ClipCounts: Sendable {
    /// Of each byte value in frames.
    let bytes: [Int]
    /// Of each id in the masks of labeled frames, by frame; only ids that occur.
    let labels: [Int: [UInt8: Int]]

    init(_ clip: Clip) {
        bytes = Self.histogram(clip.frames)
        var labels: [Int: [UInt8: Int]] = [:]
        if let masks = clip.masks {
            for frame in clip.labeledFrames {
                labels[frame] = Self.occurring(Self.histogram(masks[frame]))
            }
        }
        self.labels = labels
    }

    static let none = ClipCounts(bytes: [Int](repeating: 0, count: 256), labels: [:])

    init(bytes: [Int], labels: [Int: [UInt8: Int]]) {
        self.bytes = bytes
        self.labels = labels
    }

    /// Returns the frequency of each of the 256 values.
    static func histogram(_ values: Tensor<UInt8>) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        values.withScalars { for value in $0 { counts[Int(value)] += 1 } }
        return counts
    }

    private static func occurring(_ counts: [Int]) -> [UInt8: Int] {
        var result: [UInt8: Int] = [:]
        for (id, count) in counts.enumerated() where count > 0 { result[UInt8(id)] = count }
        return result
    }
}

/// Every part of every clip of a source as a clip of its own, in the size and with the frames that
/// options ask for.
struct ReadClips: ClipSource {
    let source: any ClipSource
    let options: ClipOptions
    /// Numbers in the source, with the part.
    let places: [(clip: Int, piece: Int)]

    var count: Int { places.count }
    var labelMeaning: LabelMeaning { source.labelMeaning }
    var labelCoding: LabelCoding? { source.labelCoding }
    var description: String { source.description }

    func clip(at index: Int) throws -> Clip {
        let place = places[index]
        let pieces = try source.pieces(at: place.clip).sized(options)
        guard pieces.clips.indices.contains(place.piece) else {
            throw ClipError.unreadable(
                path: "\(source.description), clip \(place.clip)",
                reason: pieces.remarks.first ?? "frames are gone that were there before")
        }
        return pieces.clips[place.piece]
    }
}

/// Lazy clips as a source that passes by the cache, for what is kept in another form.
struct LazySource: ClipSource {
    let clips: LazyClips

    var count: Int { clips.entries.count }
    var description: String { clips.source.description }

    func clip(at index: Int) throws -> Clip {
        let clip = try clips.source.source.clip(at: clips.entries[index].index)
        return try clips.changes.reduce(clip) { try $1($0) }
    }
}

/// The clips of a source after a change that takes time, such as another size.
struct ChangedClips: ClipSource {
    let source: any ClipSource
    let change: @Sendable (_ index: Int, _ clip: Clip) throws -> Clip

    var count: Int { source.count }
    var labelMeaning: LabelMeaning { source.labelMeaning }
    var labelCoding: LabelCoding? { source.labelCoding }
    var description: String { source.description }

    func clip(at index: Int) throws -> Clip { try change(index, source.clip(at: index)) }
}
