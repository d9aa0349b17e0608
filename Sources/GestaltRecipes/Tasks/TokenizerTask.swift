import GestaltData
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains a video tokenizer to reconstruct clips from their codes.
public struct TokenizerTask<Tokenizer: VideoTokenizer>: TrainingTask {
    public let batches: ClipBatches
    /// The evaluation clips, without augmentation, in order.
    public let evaluation: ClipBatches?
    private let recent = RecentCodes()

    public init(batches: ClipBatches, evaluation: ClipBatches? = nil) {
        self.batches = batches
        self.evaluation = evaluation
    }

    public func loss(
        of model: Tokenizer, on batch: ClipBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let pass = model.trainingPass(batch.frames, context)
        var metrics = pass.metrics.map { Metric($0.name, $0.value) }
        if let codes = pass.codes {
            let (perplexity, used) = recent.add(codes)
            metrics.append(Metric("recent_perplexity", perplexity))
            metrics.append(
                Metric("codes_used", Double(used) / Double(model.configuration.codeCount)))
        }
        return (pass.loss, metrics)
    }

    public func evaluate(_ model: Tokenizer) throws -> Evaluation? {
        guard let evaluation else { return nil }
        let report = try ReconstructionReport(of: model, on: evaluation, withSSIM: false)
        return Evaluation(report.metrics, score: report.psnr)
    }
}
