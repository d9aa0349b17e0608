import GestaltData
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

/// The evaluation that fits a stored model: masks of a segmentation model, instances, predictions
/// of a prior, outputs of a forecaster, reconstructions of a tokenizer, or what a model of another
/// kind states as an ``EvaluatedModel``; of any other model with a tokenizer the reconstructions of
/// that.
///
/// ```swift
/// let evaluation = try ModelEvaluation(of: OpenedModel(at: "runs/unet"))
/// let scores = try evaluation.scores(on: evaluation.open(DataChoice("sample"), .test))
/// ```
public struct ModelEvaluation: Sendable {
    /// Whether masks are read.
    public let masks: MaskUse
    /// The number of classes that the masks must have; nil for any.
    public let classes: Int?
    /// The frame sizes that the model accepts; nil for any.
    public let target: FrameTarget?
    /// The number of frames of a clip; shorter clips are omitted.
    public let frames: Int
    /// Whether ``frames`` is a choice of the caller, as for a tokenizer.
    public let takesClipLength: Bool
    /// The unit of progress.
    public let unit: String
    private let measure: @Sendable (DataSet, ProgressHandler?) throws -> ModelScores

    /// - Parameters:
    ///   - frames: the number of frames that a clip must have.
    ///   - unit: the unit of progress.
    ///   - measure: evaluates on clips that fit.
    public init(
        masks: MaskUse = .ignored, classes: Int? = nil, target: FrameTarget? = nil,
        frames: Int = 1, takesClipLength: Bool = false, unit: String,
        measure: @escaping @Sendable (DataSet, ProgressHandler?) throws -> ModelScores
    ) {
        (self.masks, self.classes, self.target) = (masks, classes, target)
        (self.frames, self.takesClipLength) = (frames, takesClipLength)
        (self.unit, self.measure) = (unit, measure)
    }

    /// - Parameters:
    ///   - interval: the minimum distance of scored frames, for a segmentation model.
    ///   - clipLength: the number of frames of a clip, for a tokenizer; its usual one by default.
    ///   - threshold: the least score of an instance, for an instance model; the usual one by
    ///     default. Average precision does not depend on it, panoptic quality does.
    /// - Throws: `ModelMismatch` for a model of another kind; `ConfigurationError` for a forecaster
    ///   of unknown targets.
    public init(
        of opened: OpenedModel, every interval: Int = 5, clipLength: Int? = nil,
        threshold: Float? = nil
    ) throws {
        if let model = opened.model as? any EvaluatedModel {
            self = try model.evaluation
        } else if let model = opened.model as? any SegmentationModel {
            self = Self.segmentation(model, every: interval)
        } else if let model = opened.model as? any InstanceModel {
            self = Self.instances(model, every: interval, threshold: threshold)
        } else {
            let tokenizer = try opened.tokenizer()
            self = Self.reconstruction(
                tokenizer, clipLength ?? tokenizer.configuration.usualClipLength,
                isPart: !(opened.model is any VideoTokenizer))
        }
    }

    /// Returns the evaluations for a model's card: its own, and for a predictor that of its
    /// tokenizer, too.
    /// - Throws: as ``init(of:every:clipLength:threshold:)``.
    public static func all(of opened: OpenedModel) throws -> [ModelEvaluation] {
        let own = try ModelEvaluation(of: opened)
        guard opened.model is any EvaluatedModel,
            let predictor = opened.model as? any TokenizerContaining
        else { return [own] }
        return [own, reconstruction(predictor.tokenizer, own.frames)]
    }

    /// Opens a split for this evaluation.
    /// - Throws: errors of `DataChoice.open`; `ClipError` for frames that the model does not
    ///   accept.
    public func open(_ choice: DataChoice, _ split: Split) throws -> DataSet {
        var set = try choice.open(split, masks: masks, classes: classes)
        if let target { set = try set.fitted(to: target, nil) }
        return try set.longEnough(for: frames)
    }

    /// Evaluates the model on clips opened for it.
    /// - Throws: errors of the model's report.
    public func scores(on set: DataSet, progress: ProgressHandler? = nil) throws -> ModelScores {
        try measure(set, progress)
    }
}

/// A model with an evaluation of its own: neither masks nor reconstructions.
public protocol EvaluatedModel: StoredModel {
    /// - Throws: errors of a model whose outputs cannot be evaluated.
    var evaluation: ModelEvaluation { get throws }
}

/// The result of a ``ModelEvaluation``.
public struct ModelScores: Sendable {
    /// The complete report of the model's kind.
    public let report: any Encodable & Sendable
    /// The scores by name, NaN where undefined.
    public let metrics: [Metric]
    /// The number and choice of scored items, to complete “on DATA, …”.
    public let basis: String
    public let remarks: [String]

    public init(
        report: any Encodable & Sendable, metrics: [Metric], basis: String, remarks: [String] = []
    ) {
        (self.report, self.metrics, self.basis, self.remarks) = (report, metrics, basis, remarks)
    }
}
