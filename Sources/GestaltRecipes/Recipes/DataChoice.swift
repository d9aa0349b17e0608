import GestaltData
import GestaltIO

/// Which clips a recipe trains on, and on which it is judged meanwhile.
public struct DataChoice: Codable, Sendable, Equatable {
    /// As `DataSet.open` takes it: `sample`, `synthetic[:CLIPS]`, or a path.
    public var location: String
    public var camera: Camera
    /// The split that evaluations during training look at; nil for none. At first `validation`, and
    /// `test` for the sample, which has no other.
    public var evaluation: Split?
    /// Seed of synthetic clips.
    public var seed: UInt64
    /// How npy, npz and safetensors files are to be understood; nil leaves it to shapes and values.
    public var arrays: ArrayOptions?
    /// What is done to the size of frames; nil leaves them as they are.
    public var sizing: FrameSizing?
    /// The size of raw frames in records; nil for 64 × 64.
    public var rawSize: FrameSize?
    /// The share of clips that are kept out of training and evaluated on; nil where the data come in
    /// splits.
    public var holdout: Double?
    /// Every `stride`-th frame is taken; nil for all.
    public var stride: Int?
    /// The largest number of clips per split; nil for all.
    public var limit: Int?
    /// Which value in mask files counts for nothing; nil for ``IgnoreRule/automatic``.
    public var ignore: IgnoreRule?
    /// What the ids in masks number; nil leaves it to the source: objects in records and synthetic
    /// clips, else classes.
    public var labelMeaning: LabelMeaning?

    /// - Parameters:
    ///   - location: as `DataSet.open` takes it.
    ///   - seed: of synthetic clips; nothing else reads it.
    public init(_ location: String, camera: Camera = .main, seed: UInt64 = 0) {
        self.location = location
        self.camera = camera
        self.seed = seed
        evaluation = location == "sample" ? .test : .validation
    }

    /// How its clips are read.
    ///
    /// - Parameter classes: of the model that masks are for; nil for any ids.
    public func options(masks: MaskUse, classes: Int? = nil) -> ClipOptions {
        var options = ClipOptions(
            camera: camera, masks: masks, limit: limit, height: rawSize?.height ?? 64,
            width: rawSize?.width ?? 64, arrays: arrays ?? ArrayOptions())
        options.sizing = sizing ?? FrameSizing()
        options.holdout = holdout
        options.stride = stride ?? 1
        options.ignore = ignore ?? .automatic
        options.labelMeaning = labelMeaning
        options.classes = classes
        return options
    }

    /// Loads a split, with a progress line.
    ///
    /// - Parameter classes: of the model that the masks are for; the set's masks hold its classes
    ///   then. Nil leaves ids as they are.
    /// - Throws: what `DataSet.open` throws; `ClipError.label` for an id that is no class.
    public func open(
        _ split: Split, masks: MaskUse, classes: Int? = nil, showsProgress: Bool = false
    ) throws -> DataSet {
        BuiltIns.register()
        let progress =
            showsProgress ? ProgressBar("reading \(split.folder)", total: 0, unit: "clips") : nil
        defer { progress?.finish() }
        let options = options(masks: masks, classes: classes)
        let set = try DataSet.open(location, split: split, options: options, seed: seed) {
            progress?.update($0)
        }
        return try classes.map(set.classified) ?? set
    }

    /// What the scores of evaluations are of, for people: `the val split`, or what stands in for it.
    var evaluationName: String? {
        guard let evaluation else { return nil }
        if holdout != nil { return "the clips held out of training" }
        BuiltIns.register()
        // Data that are gone leave the name of what was asked for.
        let hasSplits = (try? DataSet.hasSplits(location)) ?? true
        return hasSplits
            ? "the \(evaluation.folder) split" : "the training frames (the data have no split)"
    }
}
