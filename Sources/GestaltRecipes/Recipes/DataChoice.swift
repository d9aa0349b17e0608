import GestaltData
import GestaltIO

/// The training and evaluation clips of a recipe.
public struct DataChoice: Codable, Sendable, Equatable {
    /// A location for `DataSet.open`: `sample`, `synthetic[:CLIPS]`, or a path.
    public var location: String
    public var camera: Camera
    /// The split for evaluations during training; nil for none. By default `validation`, and `test`
    /// for the sample, which has no other.
    public var evaluation: Split?
    /// Seed of synthetic clips.
    public var seed: UInt64
    /// The interpretation of npy, npz and safetensors files; nil infers it from shapes and values.
    public var arrays: ArrayOptions?
    /// The resizing of frames; nil leaves their size unchanged.
    public var sizing: FrameSizing?
    /// The size of raw frames in records; nil for 64 × 64.
    public var rawSize: FrameSize?
    /// The fraction of clips held out from training for evaluation; nil where the data come in
    /// splits.
    public var holdout: Double?
    /// The frames of films that are used, by their times; nil uses all.
    public var times: FilmTimes?
    /// The interval between the frames used; nil uses all.
    public var stride: Int?
    /// The largest number of clips per split; nil for all.
    public var limit: Int?
    /// The mask value of ignored pixels; nil for ``IgnoreRule/automatic``.
    public var ignore: IgnoreRule?
    /// The meaning of mask ids; nil for the source's default: objects in records and synthetic
    /// clips, else classes.
    public var labelMeaning: LabelMeaning?

    /// - Parameters:
    ///   - location: a location for `DataSet.open`.
    ///   - seed: of synthetic clips; unused otherwise.
    public init(_ location: String, camera: Camera = .main, seed: UInt64 = 0) {
        self.location = location
        self.camera = camera
        self.seed = seed
        evaluation = location == "sample" ? .test : .validation
    }

    /// Returns the options for reading the clips.
    ///
    /// - Parameter classes: of the model that masks are for; nil for any ids.
    public func options(masks: MaskUse, classes: Int? = nil) -> ClipOptions {
        var options = ClipOptions(
            camera: camera, masks: masks, limit: limit, height: rawSize?.height ?? 64,
            width: rawSize?.width ?? 64, arrays: arrays ?? ArrayOptions())
        options.sizing = sizing ?? FrameSizing()
        options.holdout = holdout
        options.times = times ?? FilmTimes()
        options.stride = stride ?? 1
        options.ignore = ignore ?? .automatic
        options.labelMeaning = labelMeaning
        options.classes = classes
        return options
    }

    /// Opens a split, with a progress line.
    ///
    /// - Parameter classes: of the model that the masks are for; the set's masks then hold its
    ///   classes. Nil leaves ids unchanged.
    /// - Throws: errors of `DataSet.open`; `ClipError.label` for an id without a class.
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

    /// The data of evaluations, for display: `the val split`, or its substitute.
    var evaluationName: String? {
        guard let evaluation else { return nil }
        if holdout != nil { return "the clips held out of training" }
        BuiltIns.register()
        // Missing data keep the name that was requested.
        let hasSplits = (try? DataSet.hasSplits(location)) ?? true
        return hasSplits
            ? "the \(evaluation.folder) split" : "the training frames (the data have no split)"
    }
}
