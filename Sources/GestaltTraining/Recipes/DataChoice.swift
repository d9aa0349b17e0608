import GestaltData

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
    public func options(masks: MaskUse) -> ClipOptions {
        ClipOptions(camera: camera, masks: masks, arrays: arrays ?? ArrayOptions())
    }

    /// Loads a split, with a progress line.
    /// - Throws: what `DataSet.open` throws.
    public func open(
        _ split: Split, masks: MaskUse, showsProgress: Bool = false
    ) throws -> DataSet {
        let progress =
            showsProgress ? ProgressBar("reading \(split.folder)", total: 0, unit: "clips") : nil
        defer { progress?.finish() }
        return try DataSet.open(
            location, split: split, options: options(masks: masks), seed: seed
        ) { done, total in progress?.update(done, of: total) }
    }
}
