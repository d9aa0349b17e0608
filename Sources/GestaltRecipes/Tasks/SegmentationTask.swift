import GestaltChecks
import GestaltData
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

    public init(data: DataSet, every interval: Int = 5) {
        self.data = data
        self.interval = interval
    }

    func evaluation(of model: some SegmentationModel) throws -> Evaluation {
        let report = try SegmentationReport(
            of: model, on: data, every: interval, measuresBoundaries: false)
        return Evaluation(report.metrics, score: report.perImage.iou)
    }
}
