import Foundation
import GestaltData
import GestaltIO

/// Robot-pushing clips without files: the recordings inside the package, and generated ones.
public enum RobotPush {
    /// The default number of clips of `synthetic`.
    public static let syntheticClips = 32

    /// Registers `sample` and `synthetic[:CLIPS]` with
    /// ``DataSet/open(_:split:options:seed:progress:)``.
    /// Later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        let schemes = [
            (
                "sample",
                DataScheme { _, split, options, _, progress in
                    try DataSet.sample(split, options: options, progress: progress)
                }
            ),
            (
                "synthetic",
                DataScheme { location, split, options, seed, progress in
                    try DataSet.synthetic(
                        clips: try clips(in: location), split, options: options, seed: seed,
                        progress: progress)
                }
            ),
        ]
        // A scheme that a program registered earlier under this name is kept.
        for (name, scheme) in schemes { try? DataScheme.registry.register(scheme, as: name) }
    }()

    /// The categories of robot-push clips, see ``instanceCategories``.
    public static let categories = [
        LabelCategory("background"), LabelCategory("arm"), LabelCategory("object"),
    ]

    /// Id 1 is the arm, every other instance an object.
    public static let instanceCategories: [UInt8: UInt8] = Dictionary(
        uniqueKeysWithValues: (1..<Clip.ignoredLabel).map { ($0, $0 == 1 ? 1 : 2) })

    /// Returns the number in `synthetic:CLIPS`.
    private static func clips(in location: String) throws(ClipError) -> Int {
        let number = location.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
        guard
            let count = number.isEmpty
                ? syntheticClips : number.count == 1 ? Int(number.first ?? "") : nil,
            count > 0
        else {
            throw .notFound(
                path: location, expected: "synthetic or synthetic:CLIPS, CLIPS a positive number",
                found: "'\(location)'")
        }
        return count
    }
}

extension DataSet {
    /// Opens the recordings inside the package: 24 clips to train, 8 to test, with masks.
    ///
    /// - Throws: `ClipError` for the validation split, which does not exist, and when the program
    ///   was moved away from its resources.
    public static func sample(
        _ split: Split = .train, options: ClipOptions = ClipOptions(),
        progress: ProgressHandler? = nil
    ) throws -> DataSet {
        try requireNoHoldout("sample", options)
        let name = split.folder + ".tfrecords.gz"
        let folder = try SampleFolder.path()
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else {
            throw ClipError.noSplit(path: "sample", split: split, found: [.train, .test])
        }
        let records = try RecordClips(path: path, options: options, progress: progress)
        guard records.labelMeaning == .instances else {
            return try load(records, options: options, name: "sample", split: split)
        }
        let clips = CategorizedClips(records, categories: RobotPush.instanceCategories)
        var set = try load(clips, options: options, name: "sample", split: split)
        set.categories = RobotPush.categories
        return set
    }

    /// Returns clips of ``RobotPushGenerator``, with masks, actions and positions.
    ///
    /// - Parameters:
    ///   - count: the number of clips, positive.
    ///   - split: the split; each is generated from a seed of its own.
    ///   - options: `height` and `width` are the frame size.
    public static func synthetic(
        clips count: Int = RobotPush.syntheticClips, _ split: Split = .train,
        options: ClipOptions = ClipOptions(), seed: UInt64 = 0, progress: ProgressHandler? = nil
    ) throws -> DataSet {
        try requireNoHoldout("synthetic", options)
        var configuration = RobotPushGenerator.Configuration()
        (configuration.height, configuration.width) = (options.height, options.width)
        // Splits must not share clips.
        let salt = UInt64(Split.allCases.firstIndex(of: split) ?? 0)
        let generator = RobotPushGenerator(
            seed: seed &* 4 &+ salt, configuration: configuration)
        var set = try load(
            SyntheticClips(count: min(count, options.limit ?? .max), generator: generator),
            options: options, name: "synthetic, seed \(seed)", split: split, progress: progress)
        set.categories = RobotPush.categories
        return set
    }

    private static func requireNoHoldout(
        _ location: String, _ options: ClipOptions
    ) throws(ClipError) {
        guard options.holdout == nil else {
            throw .notFound(
                path: location, expected: "files, to hold clips out (--holdout)",
                found: "clips that come in splits")
        }
    }
}
