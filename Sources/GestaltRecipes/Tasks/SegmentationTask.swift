import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Trains a model to classify each pixel of a frame.
///
/// With one class, ids above 0 are foreground; with K, ids are classes below K, as
/// `DataSet.classified(into:)` assigns them. Ignored pixels are excluded. Frozen parts are those of
/// the plan's `freezing`.
public struct SegmentationTask<Model: SegmentationModel>: TrainingTask {
    public let batches: FrameBatches
    /// The evaluation; nil disables it.
    public let evaluator: SegmentationEvaluator?

    /// - Precondition: the batches have masks, and frames of the model's size.
    public init(batches: FrameBatches, evaluator: SegmentationEvaluator? = nil) {
        self.batches = batches
        self.evaluator = evaluator
    }

    public func loss(
        of model: Model, on batch: FrameBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        guard let masks = batch.masks else {
            stop("SegmentationTask: frames without masks")
        }
        return (segmentationLoss(model.logits(batch.frames, context), masks), [])
    }

    public func evaluate(_ model: Model) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}

/// The evaluation of a segmentation model during training: the frames, and IoU per image as the
/// score.
public struct SegmentationEvaluator: Sendable {
    public let data: DataSet
    /// The interval between evaluated frames of each clip.
    public let interval: Int
    /// Latents of the evaluated frames by a frozen encoder; nil to encode them each time.
    private let latents: EvaluationLatents?

    public init(data: DataSet, every interval: Int = 5) {
        self.data = data
        self.interval = interval
        latents = nil
    }

    /// An evaluation of heads on a frozen encoder, which encodes the frames once.
    /// - Throws: what `progress` and reading clips throw.
    /// - Precondition: clips of the encoder's size, with masks.
    init(
        data: DataSet, every interval: Int = 5, encoder: LabeledFrameEncoder,
        progress: ProgressHandler?
    ) throws {
        self.data = data
        self.interval = interval
        latents = try EvaluationLatents(encoder, data, every: interval, progress: progress)
    }

    func evaluation(of model: some SegmentationModel) throws -> Evaluation {
        let report: SegmentationReport
        if let latents, let segmenter = model as? Segmenter {
            report = try SegmentationReport(
                on: data, every: interval, classCount: model.classes,
                seesFuture: model.seesFuture, measuresBoundaries: false
            ) { try latents.labels($0, by: segmenter) }
        } else {
            report = try SegmentationReport(
                of: model, on: data, every: interval, measuresBoundaries: false)
        }
        return Evaluation(report.metrics, score: report.perImage.iou)
    }
}
