import GestaltChecks
import GestaltIO
import GestaltTensor

/// A part of a data set.
public enum Split: String, Sendable, Codable, CaseIterable {
    case train, validation, test

    /// The folder it lies in.
    public var folder: String {
        switch self {
        case .train: "train"
        case .validation: "val"
        case .test: "test"
        }
    }
}

/// The clips of one split: decoded and in memory where they fit within the limit of a
/// ``ClipCache``, else each read when it is asked for.
///
/// Frames may be of several sizes, where nothing needs one size (``requireOneSize()``).
public struct DataSet: ClipSource {
    /// The name of the data, for display.
    public let name: String
    public let split: Split
    let content: Content
    /// The properties of each clip, in order.
    let known: [ClipInfo]
    /// The part of the data that the clips are.
    public internal(set) var scope = Scope.split
    /// The meaning of the ids in masks.
    public let labelMeaning: LabelMeaning
    /// The interpretation of mask files; nil where masks come from none.
    public let labelCoding: LabelCoding?
    /// The categories of labels, background first: classes, or the categories of instances. Nil
    /// where they are unknown.
    public var categories: [LabelCategory]?
    /// Remarks on the reading of the clips: files left out, layouts chosen.
    public internal(set) var remarks: [String] = []

    /// The part of its data that a set is.
    public enum Scope: Sendable, Equatable {
        /// A split of its own.
        case split
        /// All there is, whatever split was asked for: the data have none.
        case whole
        /// The clips that `ClipOptions.holdout` keeps out of training.
        case heldOut
    }

    enum Content: Sendable {
        case memory([Clip])
        case lazy(LazyClips)
    }

    /// Loads all clips of `source`, several at a time.
    ///
    /// - Parameters:
    ///   - name: what people know it by; not given, how the source describes itself.
    ///   - cache: where clips are kept when they are more than its limit; they are read one by one
    ///     then.
    /// - Throws: what the source throws.
    public init(
        _ source: some ClipSource, name: String? = nil, split: Split = .train,
        cache: ClipCache = .shared, progress: ProgressHandler? = nil
    ) throws {
        var options = ClipOptions()
        options.cache = cache
        self = try Self.load(
            source, options: options, name: name ?? source.description, split: split,
            progress: progress)
    }

    /// Clips in memory, whatever they take.
    public init(
        name: String, split: Split = .train, clips: [Clip], labelMeaning: LabelMeaning = .classes,
        labelCoding: LabelCoding? = nil
    ) {
        self.init(
            name: name, split: split, .memory(clips), known: clips.map(ClipInfo.init),
            labelMeaning: labelMeaning, labelCoding: labelCoding)
    }

    init(
        name: String, split: Split, _ content: Content, known: [ClipInfo],
        labelMeaning: LabelMeaning, labelCoding: LabelCoding?
    ) {
        self.name = name
        self.split = split
        self.content = content
        self.known = known
        self.labelMeaning = labelMeaning
        self.labelCoding = labelCoding
    }

    /// The same set with other clips in their places.
    func with(_ content: Content) -> DataSet {
        let known =
            switch content {
            case .memory(let clips): clips.map(ClipInfo.init)
            case .lazy(let clips): clips.entries.map(\.info)
            }
        var result = DataSet(
            name: name, split: split, content, known: known, labelMeaning: labelMeaning,
            labelCoding: labelCoding)
        (result.scope, result.remarks) = (scope, remarks)
        result.categories = categories
        return result
    }

    public var count: Int { known.count }

    public var description: String {
        let part =
            switch scope {
            case .split: split.folder
            case .whole: "no split"
            case .heldOut: "held out"
            }
        return "\(name) (\(part), \(count) clips)"
    }

    /// Whether all clips are decoded and at hand.
    public var isInMemory: Bool {
        if case .memory = content { true } else { false }
    }

    /// All clips.
    ///
    /// - Precondition: they are in memory (``isInMemory``); others are read by ``clip(at:)``.
    public var clips: [Clip] {
        guard case .memory(let clips) = content else {
            stop("DataSet.clips: '\(name)' is not in memory as a whole; read clip(at:)")
        }
        return clips
    }

    /// - Throws: what reading the clip throws, where it is not in memory.
    public func clip(at index: Int) throws -> Clip {
        switch content {
        case .memory(let clips): clips[index]
        case .lazy(let clips): try clips.clip(at: index)
        }
    }

    public func info(at index: Int) -> ClipInfo { known[index] }

    public func infos() -> [ClipInfo] { known }

    /// The number of frames of each clip.
    public var lengths: [Int] { known.map(\.frameCount) }

    /// Whether every clip has masks.
    public var hasMasks: Bool { known.allSatisfy(\.hasMasks) }

    /// - Throws: `ClipError.missingMasks` when no frame of any clip is labeled.
    public func requireMasks() throws(ClipError) {
        guard labeledFrameCount == 0 else { return }
        let frames = lengths.reduce(0, +)
        throw .missingMasks(clip: name, reason: "0 of \(frames) frames are labeled")
    }

    /// - Throws: `ClipError.mismatchedShapes` when clips differ in height or width.
    public func requireOneSize() throws(ClipError) {
        for info in known where info.size != known[0].size {
            throw .mismatchedShapes(
                path: "\(name), \(info.name)",
                expected: "\(known[0].size) pixels as in the first clip (--size makes all alike)",
                found: "\(info.size)")
        }
    }
}
