import GestaltIO
import GestaltTensor

/// The contents of a data set by split: clips, sizes, labels and omissions.
///
/// Clips of a folder of pictures are read one at a time, so the report of a large set takes the
/// memory of one clip; sizes may differ.
public struct DataReport: Sendable, Equatable {
    /// The opened location.
    public let location: String
    /// One for each split that is there; a single one where the data have no splits.
    public let parts: [Part]

    /// The clips of one split.
    public struct Part: Sendable, Equatable {
        /// Nil where the data have no splits.
        public let split: Split?
        public var clips: [ClipEntry] = []
        /// Pixels of each id 0…254 in labeled frames.
        public var pixels = [Int](repeating: 0, count: 255)
        /// Pixels of labeled frames that are ignored.
        public var ignoredPixels = 0
        /// Labeled frames that show nothing but background.
        public var emptyCount = 0
        /// The interpretation of mask files; nil where masks come from none.
        public var labelCoding: LabelCoding?
        /// Omissions with their reasons, and the interpretation of arrays.
        public var remarks: [String] = []
    }

    /// One clip.
    public struct ClipEntry: Sendable, Equatable {
        public let name: String
        public let frameCount: Int
        public let size: FrameSize
        public let labeledCount: Int
    }

    /// Reads what is there.
    ///
    /// - Parameters:
    ///   - location: as `DataSet.open` takes it.
    ///   - progress: called after each clip, split by split; an error it throws ends the reading.
    /// - Throws: what `DataSet.open` throws when nothing can be read.
    public init(
        of location: String, options: ClipOptions = ClipOptions(), seed: UInt64 = 0,
        progress: ProgressHandler? = nil
    ) throws {
        self.location = location
        if DataSet.isNamed(location) {
            parts = try [Split.train, .test].map { split in
                let set = try DataSet.open(
                    location, split: split, options: options, seed: seed, progress: progress)
                return try Part(set, split: split, progress: nil)
            }
            return
        }
        if let format = DataFormat.format(of: location) {
            parts = try format.splits(location).map { split in
                let content = try format.content(location, split, options)
                return try Part(content.clips, split: split, progress: progress)
            }
            return
        }
        var options = options
        if options.masks != .ignored, options.coding == nil {
            options.coding = try .decided(options.ignore, at: location)
        }
        let splits = try SplitPlace.splits(at: location)
        parts = try (splits.isEmpty ? [nil] : splits.map(Optional.some)).map { split in
            let source = try DataSet.source(
                at: SplitPlace(location, split ?? .train), options: options, progress: nil)
            return try Part(source, split: split, progress: progress)
        }
    }
}

extension DataReport.Part {
    /// Reads the clips of a source, one after the other.
    init(_ source: any ClipSource, split: Split?, progress: ProgressHandler?) throws {
        self.split = split
        labelCoding = source.labelCoding
        remarks = source.remarks
        for index in 0..<source.count {
            let pieces = try source.pieces(at: index)
            remarks += pieces.remarks
            for clip in pieces.clips { add(clip) }
            try progress?(
                WorkProgress(done: index + 1, total: source.count, unit: "clips"))
        }
    }

    private mutating func add(_ clip: Clip) {
        let labeled = clip.labeledFrames
        clips.append(
            DataReport.ClipEntry(
                name: clip.name, frameCount: clip.frameCount, size: FrameSize(clip),
                labeledCount: labeled.count))
        guard let masks = clip.masks else { return }
        for frame in labeled {
            var foreground = 0
            masks[frame].withScalars { ids in
                for id in ids {
                    if id == Clip.ignoredLabel {
                        ignoredPixels += 1
                    } else {
                        pixels[Int(id)] += 1
                        foreground += id > 0 ? 1 : 0
                    }
                }
            }
            if foreground == 0 { emptyCount += 1 }
        }
    }

    public var frameCount: Int { clips.reduce(0) { $0 + $1.frameCount } }
    public var labeledCount: Int { clips.reduce(0) { $0 + $1.labeledCount } }

    /// The sizes that occur, with the number of clips that have each, the most frequent first.
    public var sizes: [(size: FrameSize, count: Int)] {
        Dictionary(grouping: clips, by: \.size).map { (size: $0.key, count: $0.value.count) }
            .sorted { ($1.count, $0.size) < ($0.count, $1.size) }
    }

    /// The ids that occur, with their shares of the pixels that count.
    public var shares: [(id: Int, share: Double)] {
        let total = Double(pixels.reduce(0, +))
        return pixels.indices.filter { pixels[$0] > 0 }
            .map { (id: $0, share: Double(pixels[$0]) / total) }
    }
}

extension DataReport.Part {
    /// A summary of the masks.
    public var labels: LabelSummary {
        LabelSummary(
            frameCount: frameCount, labeledCount: labeledCount, pixels: pixels,
            ignoredPixels: ignoredPixels)
    }
}

extension LabelSummary {
    init(frameCount: Int, labeledCount: Int, pixels: [Int], ignoredPixels: Int) {
        self.frameCount = frameCount
        self.labeledCount = labeledCount
        self.pixels = pixels
        self.ignoredPixels = ignoredPixels
    }
}
