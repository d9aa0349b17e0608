import GestaltData
import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// A recipe that trains a prior over the codes of a trained, frozen tokenizer.
///
/// Clips are encoded once, at every `startInterval`-th start, and the codes are stored in the run's
/// folder.
public protocol CodeRecipe: Recipe where Model: ClipPredictor {
    /// The named sizes of a prior.
    associatedtype Preset: RawRepresentable & CaseIterable & Sendable
    where Preset.RawValue == String
    /// The preset where none is chosen.
    static var usualPreset: Preset { get }
    /// - Parameter steps: nil for the preset's.
    init(data: DataChoice, model: String?, preset: Preset, steps: Int?, seed: UInt64)
    var model: String? { get set }
    var settings: [String: String]? { get set }
    var preset: Preset { get set }
    /// Frames of a clip.
    var clipLength: Int { get set }
    /// Frames between the starts of windows of one clip.
    var startInterval: Int { get set }
    /// Whether mirror images are trained on, too.
    var flip: Bool { get set }
}

extension CodeRecipe {
    /// - Throws: `ConfigurationError` for a length or an interval below 1.
    func validateWindows() throws(ConfigurationError) {
        for (key, value) in [("clipLength", clipLength), ("startInterval", startInterval)]
        where value < 1 {
            throw .invalid(key, expected: "1 or more", found: value)
        }
    }

    /// Returns the model to start from.
    /// - Throws: `ConfigurationError` where there is none.
    func required(_ beginning: OpenedModel?) throws(ConfigurationError) -> OpenedModel {
        guard let beginning else {
            throw .invalid("model", expected: "the folder of a trained tokenizer", found: "none")
        }
        return beginning
    }

    /// - Throws: `ConfigurationError` when the clips do not have the model's sizes.
    func requireSizes(_ set: DataSet, _ model: Model) throws {
        let sizes = model.clipSizes
        for clip in set.infos() where clip.height != sizes.height || clip.width != sizes.width {
            throw ConfigurationError.invalid(
                "data", expected: "clips of \(sizes.height) × \(sizes.width) pixels",
                found: "\(clip.name) of \(clip.height) × \(clip.width)")
        }
        guard sizes.frames == clipLength else {
            throw ConfigurationError.invalid(
                "clipLength", expected: "the model's \(sizes.frames) frames", found: clipLength)
        }
    }

    /// Checks the tokenizer and other frozen parts, which come from the current models; the rest
    /// comes from the checkpoint.
    /// - Parameter others: paths with the part as a noun phrase.
    func requireSameTokenizer(
        as model: Model, and others: [(path: String, part: String)] = [], _ run: RecipeRun<Self>
    ) throws {
        guard run.options.resumes, let path = run.folder?.existingLastCheckpoint else { return }
        let checkpoint = try Checkpoint(reading: path)
        for (path, part) in [(path: "tokenizer", part: "the tokenizer")] + others {
            try checkpoint.requireSame(path, as: model, expected: "\(part) this run began with")
        }
    }

    /// The memory of encoding clips, in bytes.
    func encodingBytes(_ model: Model) -> Int {
        let sizes = model.clipSizes
        let clip = Tensor<Float>.zeros([1, sizes.frames, sizes.height, sizes.width, 3])
        return 8 * peakBytes { _ = model.tokenizer.encode(clip) }
    }

    /// Encodes the windows of a set.
    /// - Parameters:
    ///   - name: the name of the codes in the run's folder.
    ///   - isStill: whether each window is its first frame, repeated.
    func encoded(
        _ set: DataSet, _ model: Model, mirrors: Bool, name: String, isStill: Bool = false,
        _ run: RecipeRun<Self>
    ) throws -> CodedWindows {
        let bar =
            run.options.showsProgress
            ? ProgressBar("encoding \(name)", total: 0, unit: "windows") : nil
        defer { bar?.finish() }
        return try CodedWindows(
            set, length: clipLength, interval: startInterval, mirrors: mirrors,
            tokenizer: model.tokenizer, isStill: isStill, keptAt: run.folder?.codes(name),
            progress: run.progress(on: bar))
    }
}
