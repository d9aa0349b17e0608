import GestaltData
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// Trains a ``VQVAE`` to give clips back from their codes.
public struct TokenizerTask: TrainingTask {
    public let batches: ClipBatches
    /// Clips it is judged on, unchanged, in order.
    public let evaluation: ClipBatches?

    public init(batches: ClipBatches, evaluation: ClipBatches? = nil) {
        self.batches = batches
        self.evaluation = evaluation
    }

    public func loss(
        of model: VQVAE, on batch: ClipBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let output = model(batch.frames, context)
        return (
            output.loss,
            [
                Metric("reconstruction", output.reconstructionLoss.scalar),
                Metric("commitment", output.commitmentLoss.scalar),
                Metric("perplexity", output.perplexity),
            ]
        )
    }

    /// PSNR over all clips, and how the codes are used; more PSNR is better.
    public func evaluate(_ model: VQVAE) throws -> Evaluation? {
        guard let evaluation else { return nil }
        let report = try ReconstructionReport(of: model, on: evaluation, withSSIM: false)
        return Evaluation(report.metrics, score: report.psnr)
    }
}
