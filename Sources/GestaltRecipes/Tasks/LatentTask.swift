import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Trains the head of a ``Segmenter`` on latents that were computed once.
///
/// The plan must freeze the encoder; it is part of the model only so that checkpoints and the
/// result are complete.
public struct LatentTask: TrainingTask {
    public let batches: LatentBatches
    public let evaluator: SegmentationEvaluator?

    public init(batches: LatentBatches, evaluator: SegmentationEvaluator? = nil) {
        self.batches = batches
        self.evaluator = evaluator
    }

    public func loss(
        of model: Segmenter, on batch: LatentBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        (segmentationLoss(model.head(batch.latent, context), batch.masks), [])
    }

    public func evaluate(_ model: Segmenter) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}
