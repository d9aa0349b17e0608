import Foundation
import GestaltFiles
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
    /// What the ids in masks number.
    public let labelMeaning: LabelMeaning
    /// How mask files were read; nil where masks come from none.
    public let labelCoding: LabelCoding?
    /// What a person should know about how the clips were read: files left out, layouts chosen.
    public internal(set) var remarks: [String] = []

    /// Loads all clips of `source`, several at a time.
    ///
    /// - Parameter name: what people know it by; not given, how the source describes itself.
    /// - Throws: what the source throws, and `ClipError.mismatchedShapes` when clips differ in
    ///   height or width.
    public init(
        _ source: some ClipSource, name: String? = nil, split: Split = .train,
        progress: LoadingProgress? = nil
    ) throws {
        let report = ProgressReport(total: source.count, progress)
        let clips = try concurrentMap(count: source.count) { index in
            let clip = try source.clip(at: index)
            report.advance()
            return clip
        }
        try self.init(
            name: name ?? source.description, split: split, clips: clips,
            labelMeaning: source.labelMeaning, labelCoding: source.labelCoding)
        remarks = source.remarks
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
                    expected: "\(clips[0].height) × \(clips[0].width) pixels as in the first clip",
                    found: "\(clip.height) × \(clip.width)")
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
        remarks = other.remarks
    }

    /// The same set with other clips of the same size in their places.
    func with(clips: [Clip]) -> DataSet { DataSet(self, clips: clips) }

    public var count: Int { clips.count }
    public var description: String { "\(name) (\(split.folder), \(count) clips)" }
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

extension DataSet {
    /// How many clips `synthetic` has when no number is given.
    public static let syntheticClips = 32

    /// Opens data by the name that a person types.
    ///
    /// - `sample`: the recordings inside this package; 24 clips to train, 8 to test.
    /// - `synthetic` or `synthetic:CLIPS`: made on the spot from `seed`; every split is different.
    /// - a path: a folder with `train/`, `val/` and `test/`; or one folder of TFRecord shards, of
    ///   npy files, or of pictures, or a single TFRecord or npy file, whatever the split.
    ///
    /// - Throws: `ClipError`, or `MediaError` for files that are damaged.
    public static func open(
        _ location: String, split: Split = .train, options: ClipOptions = ClipOptions(),
        seed: UInt64 = 0, progress: LoadingProgress? = nil
    ) throws -> DataSet {
        if location == "sample" {
            return try sample(split: split, options: options, progress: progress)
        }
        if location == "synthetic" || location.hasPrefix("synthetic:") {
            return try synthetic(
                location, split: split, options: options, seed: seed, progress: progress)
        }
        let path = try folder(location, split: split)
        var options = options
        // Decided over all splits: one of them may lack the ids that tell what 255 means.
        if options.masks != .ignored, options.coding == nil {
            options.coding = try .decided(options.ignore, at: location)
        }
        let set = try DataSet(
            source(at: path, options: options, progress: progress), name: path, split: split)
        if options.masks == .required, set.labeledFrameCount == 0 {
            let files = try MaskFiles.found(at: path)
            throw ClipError.missingMasks(
                clip: path,
                reason: files.first.map { "none of the masks is named like a frame (\($0))" }
                    ?? "frames' masks belong in a folder masks, under the frames' names")
        }
        return set
    }

    /// As ``open(_:split:options:seed:progress:)`` for one camera.
    public static func open(
        _ location: String, split: Split = .train, camera: Camera, seed: UInt64 = 0
    ) throws -> DataSet {
        try open(location, split: split, options: ClipOptions(camera: camera), seed: seed)
    }

    private static func sample(
        split: Split, options: ClipOptions, progress: LoadingProgress?
    ) throws -> DataSet {
        let name = split.folder + ".tfrecords.gz"
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Sample").path else {
            throw ClipError.notFound(
                path: "sample", expected: "the resources of GestaltData", found: "no bundle")
        }
        guard Folder.isFile(folder + "/" + name) else {
            throw ClipError.notFound(
                path: "sample", expected: "a split it has: train or test", found: split.rawValue)
        }
        let clips = try RecordClips(
            path: folder + "/" + name, options: options, progress: progress)
        return try DataSet(
            name: "sample", split: split, clips: (0..<clips.count).map(clips.clip(at:)),
            labelMeaning: clips.labelMeaning)
    }

    private static func synthetic(
        _ location: String, split: Split, options: ClipOptions, seed: UInt64,
        progress: LoadingProgress?
    ) throws -> DataSet {
        let number = location.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
        guard
            let count = number.isEmpty
                ? syntheticClips : number.count == 1 ? Int(number.first ?? "") : nil,
            count > 0
        else {
            throw ClipError.notFound(
                path: location, expected: "synthetic or synthetic:CLIPS, CLIPS a positive number",
                found: "'\(location)'")
        }
        var configuration = RobotPushGenerator.Configuration()
        (configuration.height, configuration.width) = (options.height, options.width)
        // Splits must not share clips: each has a seed of its own.
        let salt = UInt64(Split.allCases.firstIndex(of: split) ?? 0)
        let generator = RobotPushGenerator(
            seed: seed &* 4 &+ salt, configuration: configuration)
        let made = try DataSet(
            SyntheticClips(count: min(count, options.limit ?? .max), generator: generator),
            name: "synthetic, seed \(seed)", split: split, progress: progress)
        guard options.masks == .ignored else { return made }
        return made.with(
            clips: made.clips.map {
                Clip(
                    name: $0.name, frames: $0.frames, actions: $0.actions,
                    positions: $0.positions)
            })
    }

    /// The folder of a split, or the path itself when it has none.
    private static func folder(_ path: String, split: Split) throws(ClipError) -> String {
        if Folder.isFile(path) { return path }
        let folders = try Folder.contents(path).folders
        if folders.contains(split.folder) { return path + "/" + split.folder }
        let others = Split.allCases.map(\.folder).filter(folders.contains)
        guard others.isEmpty else {
            throw .notFound(
                path: path, expected: "a folder \(split.folder)",
                found: others.joined(separator: ", "))
        }
        return path
    }

    private static func source(
        at path: String, options: ClipOptions, progress: LoadingProgress?
    ) throws -> any ClipSource {
        let names = Folder.isFile(path) ? [path] : try Folder.contents(path).files
        if names.contains(where: RecordClips.isShard) {
            return try RecordClips(path: path, options: options, progress: progress)
        }
        let isArray = Folder.isFile(path) && ArrayFile.holdsTensors(path)
        if isArray || names.contains(where: ArrayFile.isOne) {
            return try NPYClips(path: path, options: options)
        }
        if Folder.isFile(path) {
            throw ClipError.notFound(
                path: path,
                expected: "a folder, or a file ending in .tfrecords, .tfrecords.gz, .npy, .npz or "
                    + ".safetensors",
                found: "another file")
        }
        return try FrameFolderClips(path: path, options: options)
    }
}
