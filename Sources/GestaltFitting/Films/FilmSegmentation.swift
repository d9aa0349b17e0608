import GestaltChecks
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltSegHeads

/// The segmentation of films of any length in bounded memory: decoding and reducing frames, the
/// network, and the writing of masks run side by side, with short queues between them.
///
/// ```swift
/// let job = try FilmSegmentation(of: OpenedModel(at: "runs/mine"))
/// let outputs = try job.outputs(["masks", "overlay", "coco"], film: "new", folder: "out")
/// let count = try job.run(Film(contentsOf: "new.mp4").frames(), to: outputs)
/// ```
public struct FilmSegmentation: Sendable {
    /// The categories of the masks, background first.
    public let categories: [ModelCategory]
    /// Of the model: 1 for foreground against background, else the number of classes.
    public let classes: Int
    /// Whether the model tells objects apart: masks then hold ids of objects.
    public let tellsInstances: Bool
    /// The probability above which a pixel is foreground, or the score from which on an object
    /// counts; ignored with several classes.
    public var threshold: Float = 0.5
    /// The number of frames in the network at once, on all threads together; one for each thread at
    /// least. Affects time and memory, not results.
    public var batch = 4
    /// The division of frames into overlapping tiles; nil for whole frames. Not for objects.
    public var tiling: Tiling?
    /// The averaging of probabilities over frames; nil for none. Not for objects.
    public var smoothing: MotionSmoothing?
    /// Makes the network with the settings of the time of running.
    private let network: @Sendable (FilmSegmentation) throws(ConfigurationError) -> any FilmNetwork

    /// - Parameter categories: of the model's folder, see ``ModelCategories``; empty for usual names.
    /// - Throws: `ConfigurationError` for a model that sees the frames around the one it segments.
    public init(
        of model: any SegmentationModel, categories: [ModelCategory] = []
    ) throws(ConfigurationError) {
        guard !model.readsClips else {
            throw .invalid(
                "model", expected: "a model of single frames, for films",
                found: "one of clips, which reads neighboring frames")
        }
        (classes, tellsInstances) = (model.classes, false)
        self.categories =
            categories.isEmpty ? ModelCategories.usual(classes: model.classes) : categories
        network = { job in
            MaskFilmNetwork(
                model: model, threshold: job.threshold, batch: job.batch, tiling: job.tiling,
                smoothing: job.smoothing)
        }
    }

    /// The segmentation of objects. An object keeps its id while its masks in consecutive frames
    /// overlap, and gets another one after it was hidden.
    ///
    /// - Parameter categories: of the model's folder, see ``ModelCategories``; empty for usual names.
    public init(of model: any InstanceModel, categories: [ModelCategory] = []) {
        (classes, tellsInstances) = (model.classes, true)
        self.categories =
            categories.isEmpty ? ModelCategories.usual(classes: model.classes) : categories
        network = { job throws(ConfigurationError) in
            try job.requireWholeFrames()
            return InstanceFilmNetwork(model: model, threshold: job.threshold)
        }
    }

    /// The segmentation by an opened model of either kind, with its own categories.
    ///
    /// - Throws: `ConfigurationError` for a model that sees the frames around the one it segments;
    ///   `ModelMismatch` for one that segments nothing; errors of ``ModelCategories/read(from:)``.
    public init(of opened: OpenedModel) throws {
        let categories = try ModelCategories.read(from: opened.path)
        if let model = opened.model as? any InstanceModel {
            self.init(of: model, categories: categories)
        } else {
            try self.init(of: opened.segmentation(), categories: categories)
        }
    }

    private func requireWholeFrames() throws(ConfigurationError) {
        for (name, isSet) in [("tiling", tiling != nil), ("smoothing", smoothing != nil)]
        where isSet {
            throw .invalid(
                name, expected: "none for a model that tells objects apart",
                found: name == "tiling" ? "tiles" : "averages over frames")
        }
    }

    /// Segments all frames, in order.
    ///
    /// - Parameters:
    ///   - stream: the frames, read on a thread of its own.
    ///   - outputs: receive each frame in order, on a thread of its own; finished at the end, and
    ///     cancelled where an error or an interruption ends the work.
    ///   - progress: called with the number of finished frames; an error that it throws ends the
    ///     work.
    /// - Returns: the number of frames.
    /// - Throws: errors of stream, outputs and `progress`; `NonFiniteScores`; `ConfigurationError`
    ///   for ``tiling`` or ``smoothing`` of objects.
    @discardableResult
    public func run(
        _ stream: any FrameSequence, to outputs: [any MaskOutput], progress: ProgressHandler? = nil
    ) throws -> Int {
        require(batch > 0, "FilmSegmentation: a batch of \(batch)")
        return try run(network(self), stream, outputs, progress)
    }

    private func run(
        _ network: some FilmNetwork, _ stream: any FrameSequence, _ outputs: [any MaskOutput],
        _ progress: ProgressHandler?
    ) throws -> Int {
        try FilmPipeline(network: network, batch: batch, outputs: outputs, progress: progress)
            .run(stream)
    }
}
