import GestaltIO
import GestaltTensor

/// Which part of a data set.
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

/// The clips of one split, decoded and in memory, all of one picture size.
public struct DataSet: ClipSource {
    /// What was opened, for people to read.
    public let name: String
    public let split: Split
    public let clips: [Clip]
    /// What part of the data the clips are.
    public internal(set) var scope = Scope.split
    /// What the ids in masks number.
    public let labelMeaning: LabelMeaning
    /// How mask files were read; nil where masks come from none.
    public let labelCoding: LabelCoding?
    /// What people call the classes, background first; nil where that is unknown.
    public var classNames: [String]?
    /// What a person should know about how the clips were read: files left out, layouts chosen.
    public internal(set) var remarks: [String] = []

    /// What part of its data a set is.
    public enum Scope: Sendable, Equatable {
        /// A split of its own.
        case split
        /// All there is, whatever split was asked for: the data have none.
        case whole
        /// What `ClipOptions.holdout` keeps out of training.
        case heldOut
    }

    /// Loads all clips of `source`, several at a time.
    ///
    /// - Parameter name: what people know it by; not given, how the source describes itself.
    /// - Throws: what the source throws, and `ClipError.mismatchedShapes` when clips differ in
    ///   height or width.
    public init(
        _ source: some ClipSource, name: String? = nil, split: Split = .train,
        progress: ProgressHandler? = nil
    ) throws {
        self = try Self.load(
            source, options: ClipOptions(), name: name ?? source.description, split: split,
            progress: progress)
    }

    /// - Throws: `ClipError.mismatchedShapes` when clips differ in height or width.
    public init(
        name: String, split: Split = .train, clips: [Clip], labelMeaning: LabelMeaning = .classes,
        labelCoding: LabelCoding? = nil
    ) throws(ClipError) {
        for clip in clips {
            guard clip.height == clips[0].height, clip.width == clips[0].width else {
                throw .mismatchedShapes(
                    path: "\(name), \(clip.name)",
                    expected: "\(clips[0].height) × \(clips[0].width) pixels as in the first clip "
                        + "(--size makes all alike)", found: "\(clip.height) × \(clip.width)")
            }
        }
        self.name = name
        self.split = split
        self.clips = clips
        self.labelMeaning = labelMeaning
        self.labelCoding = labelCoding
    }

    private init(_ other: DataSet, clips: [Clip]) {
        (name, split, self.clips) = (other.name, other.split, clips)
        (labelMeaning, labelCoding) = (other.labelMeaning, other.labelCoding)
        (scope, remarks) = (other.scope, other.remarks)
        classNames = other.classNames
    }

    /// The same set with other clips of the same size in their places.
    package func with(clips: [Clip]) -> DataSet { DataSet(self, clips: clips) }

    public var count: Int { clips.count }

    public var description: String {
        let part =
            switch scope {
            case .split: split.folder
            case .whole: "no split"
            case .heldOut: "held out"
            }
        return "\(name) (\(part), \(count) clips)"
    }

    public func clip(at index: Int) -> Clip { clips[index] }

    /// The number of frames of each clip.
    public var lengths: [Int] { clips.map(\.frameCount) }

    /// Whether every clip has masks.
    public var hasMasks: Bool { clips.allSatisfy { $0.masks != nil } }

    /// - Throws: `ClipError.missingMasks` when no frame of any clip is labeled.
    public func requireMasks() throws(ClipError) {
        guard !clips.contains(where: { !$0.labeledFrames.isEmpty }) else { return }
        let frames = lengths.reduce(0, +)
        throw .missingMasks(clip: name, reason: "0 of \(frames) frames are labeled")
    }
}
