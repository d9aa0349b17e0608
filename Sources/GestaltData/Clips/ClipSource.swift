import GestaltChecks

/// Clips that are read one by one, in any order and from any thread.
public protocol ClipSource: Sendable, CustomStringConvertible {
    /// The number of clips; cheap.
    var count: Int { get }

    /// The meaning of the ids in masks; classes by default.
    var labelMeaning: LabelMeaning { get }

    /// The interpretation of mask files; nil where masks come from none.
    var labelCoding: LabelCoding? { get }

    /// Reads or makes clip `index`; the same index gives an equal clip every time.
    ///
    /// - Precondition: `0 ≤ index < count`.
    func clip(at index: Int) throws -> Clip

    /// Reads or makes clip `index`, in parts where frames of it cannot be read; by default the clip.
    ///
    /// - Precondition: `0 ≤ index < count`.
    func pieces(at index: Int) throws -> ClipPieces

    /// Returns the properties of clip `index` without its pixels. By default it reads the clip;
    /// ``DataSet`` and ``CachedClips`` keep the properties.
    ///
    /// - Precondition: `0 ≤ index < count`.
    func info(at index: Int) throws -> ClipInfo

    /// Whether all clips are in memory, so that asking for one costs nothing.
    var isInMemory: Bool { get }

    /// Remarks on the clips that were found: files left out, layouts chosen.
    var remarks: [String] { get }
}

extension ClipSource {
    public func info(at index: Int) throws -> ClipInfo { try ClipInfo(clip(at: index)) }
    public var isInMemory: Bool { false }

    /// Returns the properties of all clips, in order.
    public func infos() throws -> [ClipInfo] { try (0..<count).map { try info(at: $0) } }

    /// The frames of windows, in order. Of clips that are not in memory several are read at a time,
    /// each once, and nothing but the windows is held.
    package func frames(of windows: [ClipWindow]) throws -> [Clip] {
        guard !isInMemory else {
            return try windows.map { try clip(at: $0.clip).window($0.frames) }
        }
        let places = Dictionary(grouping: windows.indices) { windows[$0].clip }
            .sorted { $0.key < $1.key }
        let read = try concurrentMap(count: places.count) { number in
            let clip = try clip(at: places[number].key)
            return places[number].value.map { clip.window(windows[$0].frames).detached() }
        }
        var result = [Clip?](repeating: nil, count: windows.count)
        for (place, clips) in zip(places, read) {
            for (index, clip) in zip(place.value, clips) { result[index] = clip }
        }
        return result.compactMap { $0 }
    }

    /// The clips of these numbers, each read once, those that are not in memory several at a time.
    package func clips(at indices: some Sequence<Int>) throws -> [Int: Clip] {
        let distinct = Array(Set(indices)).sorted()
        let clips =
            isInMemory
            ? try distinct.map { try clip(at: $0) }
            : try concurrentMap(count: distinct.count) { try clip(at: distinct[$0]) }
        return Dictionary(uniqueKeysWithValues: zip(distinct, clips))
    }

    public var remarks: [String] { [] }
    public var labelMeaning: LabelMeaning { .classes }
    public var labelCoding: LabelCoding? { nil }
}

/// A camera of a BAIR recording.
public enum Camera: String, Sendable, Codable, CaseIterable {
    /// Looks down on the bin; the only camera of most files made since.
    case main
    /// Looks at the bin from the front; the one that papers on video prediction report on.
    case aux1
}

/// The treatment of masks.
public enum MaskUse: String, Sendable, Codable, CaseIterable {
    /// Some frame of the set must have one; frames without are unlabeled.
    case required
    case ifPresent, ignored
}

/// Options of reading clips.
public struct ClipOptions: Sendable, Equatable {
    public var camera: Camera
    public var masks: MaskUse
    /// The largest number of clips to read, from the first; nil for all.
    public var limit: Int?
    /// Rows and columns of raw frames, which say nothing of their size themselves.
    public var height: Int
    public var width: Int
    /// The value in mask files that marks ignored pixels.
    public var ignore = IgnoreRule.automatic
    /// The number of classes in mask files, background included; nil for any. With 1 any id above 0
    /// is foreground.
    public var classes: Int?
    /// The meaning of the ids in masks; nil leaves it to the source.
    public var labelMeaning: LabelMeaning?
    /// The classes that ids in mask files must be below; nil where any id does.
    var fileClasses: Int? {
        guard labelMeaning != .instances, let classes, classes > 1 else { return nil }
        return classes
    }

    /// The interpretation decided for the whole set, of which a source may see a part.
    var coding: LabelCoding?
    /// The interpretation of npy, npz and safetensors files.
    public var arrays: ArrayOptions
    /// Changes to the size of frames and masks.
    public var sizing = FrameSizing()
    /// The frames of films that are read, by their times; clips of no film are an error then.
    public var times = FilmTimes()
    /// Every `stride`-th frame of a clip is taken, counted after `times`.
    public var stride = 1
    /// The largest number of frames per clip, from the first, counted after `stride`; nil for all.
    public var frames: Int?
    /// The cache of clips that are not all in memory; its limit also bounds a ``DataSet`` that is
    /// held in memory as a whole.
    public var cache = ClipCache.shared
    /// The share of clips, above 0 and below 1, that are kept out of training and serve as
    /// validation and test clips; nil where the data come in splits.
    public var holdout: Double?

    /// - Precondition: sizes are positive, the limit not negative.
    public init(
        camera: Camera = .main, masks: MaskUse = .ifPresent, limit: Int? = nil,
        height: Int = 64, width: Int = 64, arrays: ArrayOptions = ArrayOptions()
    ) {
        require(
            height > 0 && width > 0 && (limit ?? 0) >= 0,
            "ClipOptions: \(height) × \(width), limit \(limit.map(String.init) ?? "none")")
        self.camera = camera
        self.masks = masks
        self.limit = limit
        self.height = height
        self.width = width
        self.arrays = arrays
    }
}
