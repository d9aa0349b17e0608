import GestaltIO
import GestaltTensor
import Synchronization

extension DataSet {
    /// Remarks about single frames that are kept; more are counted.
    private static let mostRemarks = 8

    /// Reads all clips of a source once, as the options say, and keeps them where they are within
    /// the limit of `options.cache`.
    ///
    /// - Parameter indices: which clips; nil for all.
    package static func load(
        _ source: any ClipSource, indices: [Int]? = nil, options: ClipOptions, name: String,
        split: Split, progress: ProgressHandler? = nil
    ) throws -> DataSet {
        let chosen = indices ?? Array(0..<source.count)
        let report = ProgressReport(total: chosen.count, progress)
        let budget = Mutex(options.cache.limit)
        let parts = try concurrentMap(count: chosen.count) { place in
            let part = FirstReading(try source.pieces(at: chosen[place]).sized(options), budget)
            try report.advance()
            return part
        }
        let remarks = shortened(parts.flatMap(\.remarks))
        guard chosen.isEmpty || parts.contains(where: { !$0.entries.isEmpty }) else {
            throw ClipError.unreadable(
                path: name, reason: "no frame can be read: " + (remarks.first ?? ""))
        }
        let content = content(of: parts, chosen, source, options)
        var set = DataSet(
            name: name, split: split, content, known: parts.flatMap { $0.entries.map(\.info) },
            labelMeaning: source.labelMeaning, labelCoding: source.labelCoding)
        set.remarks = source.remarks + remarks
        if let frames = options.frames, parts.contains(where: \.isCut) {
            set.remarks.append("\(name): only the first \(frames) frames of each clip are read")
        }
        let sizes = parts.reduce(into: Set<FrameSize>()) { $0.formUnion($1.sizes) }
        set.remarks += set.sizeRemarks(from: sizes, options.sizing)
        if !set.isInMemory {
            set.remarks.append(
                "\(name): more than the \(options.cache.limit >> 20) MiB that clips may take in "
                    + "memory (--cache): clips are read as they are needed")
        }
        return set
    }

    /// All clips, or, when some were too many to keep, how they are read again.
    private static func content(
        of parts: [FirstReading], _ chosen: [Int], _ source: any ClipSource, _ options: ClipOptions
    ) -> Content {
        let all = parts.flatMap(\.entries)
        let clips = all.compactMap(\.clip)
        guard clips.count < all.count else { return .memory(clips) }
        let places = zip(chosen, parts).flatMap { clip, part in
            part.entries.indices.map { (clip: clip, piece: $0) }
        }
        let cached = CachedClips(
            ReadClips(source: source, options: options, places: places), cache: options.cache)
        let entries = all.enumerated().map { index, entry in
            if let clip = entry.clip { cached.offer(clip, at: index) }
            return LazyClips.Entry(
                index: index, info: entry.info,
                counts: entry.counts ?? entry.clip.map { ClipCounts($0) } ?? .none)
        }
        return .lazy(LazyClips(source: cached, entries: entries))
    }

    private func sizeRemarks(from sizes: Set<FrameSize>, _ sizing: FrameSizing) -> [String] {
        let found = Set(known.map(\.size))
        guard let size = found.first, found.count == 1 else {
            guard found.count > 1 else { return [] }
            return ["\(name): frames of \(found.count) sizes; a batch holds one of them"]
        }
        return [FrameSizing.remark(name, from: sizes, to: size, sizing.words)].compactMap { $0 }
    }

    private static func shortened(_ remarks: [String]) -> [String] {
        guard remarks.count > mostRemarks else { return remarks }
        return remarks.prefix(mostRemarks)
            + ["and \(remarks.count - mostRemarks) more remarks on single frames"]
    }
}

/// The result of the first reading of one clip of a source.
private struct FirstReading: Sendable {
    struct Entry: Sendable {
        let info: ClipInfo
        /// The clip, or its counts where there was no room for it.
        let clip: Clip?
        let counts: ClipCounts?
    }

    let entries: [Entry]
    let remarks: [String]
    let sizes: Set<FrameSize>
    let isCut: Bool

    /// - Parameter budget: the bytes that may still be kept.
    init(_ pieces: ClipPieces, _ budget: borrowing Mutex<Int>) {
        entries = pieces.clips.map { clip in
            let fits = budget.withLock {
                $0 -= clip.byteCount
                return $0 >= 0
            }
            return Entry(
                info: ClipInfo(clip), clip: fits ? clip : nil, counts: fits ? nil : ClipCounts(clip)
            )
        }
        (remarks, sizes, isCut) = (pieces.remarks, pieces.sizes, pieces.isCut)
    }
}

extension ClipPieces {
    /// In the size and with the frames and masks that are asked for.
    func sized(_ options: ClipOptions) -> ClipPieces {
        var result = self
        if sizes.isEmpty {
            result.sizes = Set(clips.map { FrameSize($0) })
            result.clips = clips.map { $0.applying(options.sizing.steps(from: FrameSize($0))) }
        }
        if !isStrided { result.clips = result.clips.map { $0.everyFrame(options.stride) } }
        if let frames = options.frames {
            result.isCut = isCut || result.clips.contains { $0.frameCount > frames }
            result.clips = result.clips.map {
                $0.frameCount > frames ? $0.window(0..<frames) : $0
            }
        }
        // Frames that are left out are not to be kept in memory.
        if result.isCut || options.stride > 1 || options.sizing != FrameSizing() {
            result.clips = result.clips.map { $0.detached() }
        }
        if options.masks == .ignored {
            for index in result.clips.indices { result.clips[index].masks = nil }
        }
        return result
    }
}
