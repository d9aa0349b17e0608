import GestaltData
import GestaltIO
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains the prior of a ``VideoPredictor`` on the codes of its frozen tokenizer.
public struct PriorTask: TrainingTask {
    public let batches: CodedBatches
    /// The evaluation; `nil` disables it.
    public let evaluator: PriorEvaluator?
    /// Whether activations are recomputed in the backward pass: less memory, more time.
    public let checkpointing: Bool

    public func loss(
        of model: VideoPredictor, on batch: CodedBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        (model.loss(batch, checkpointing: checkpointing, context), [])
    }

    public func evaluate(_ model: VideoPredictor) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}

extension VideoPredictor {
    /// Returns the mean cross entropy of a batch's codes, in nats per token.
    func loss(
        _ batch: CodedBatch, checkpointing: Bool = false, _ context: Context
    ) -> Tensor<Float> {
        let embeddings = tokenizer.embeddings(of: batch.codes).detached
        let condition = prior.condition(frames: batch.frames, actions: batch.actions, context)
        return prior.loss(
            embeddings, codes: batch.codes, condition, checkpointing: checkpointing, context)
    }
}

extension VideoPredictor {
    /// Returns the mean of −ln p over all codes of all batches, in nats per token.
    /// - Throws: errors of `progress`.
    func nll(
        over batches: CodedBatches,
        progress: ProgressHandler? = nil
    ) throws -> Double {
        var (sum, count) = (0.0, 0)
        for step in 0..<batches.stepsPerPass {
            let batch = try batches.batch(at: step)
            sum += Double(loss(batch, .inference).scalar) * Double(batch.codes.count)
            count += batch.codes.count
            try progress?(
                WorkProgress(done: step + 1, total: batches.stepsPerPass, unit: "batches"))
        }
        return sum / Double(max(count, 1))
    }
}

/// The negative log-likelihood of held-out windows, in nats per token, and that of baselines
/// without a model.
public struct PriorEvaluator: Sendable {
    public let batches: CodedBatches
    /// The negative log-likelihood of the held-out codes under the training codes' frequencies.
    public let unigram: Double

    /// - Parameter trained: the training codes, for the frequencies of the unigram baseline.
    init(_ batches: CodedBatches, trained: CodedWindows, codes: Int) {
        self.batches = batches
        // Add-one smoothing, so that a code that never occurred is not impossible.
        var counts = [Double](repeating: 1, count: codes)
        trained.codes.withScalars { for code in $0 { counts[Int(code)] += 1 } }
        let total = counts.reduce(0, +)
        let costs = Tensor(counts.map { $0 / total }).log().scalars
        unigram = batches.coded.codes.withScalars { codes in
            -codes.reduce(0) { $0 + costs[Int($1)] } / Double(codes.count)
        }
    }

    func evaluation(of model: VideoPredictor) throws -> Evaluation {
        let nll = try model.nll(over: batches)
        return Evaluation(
            [
                Metric("nll", nll), Metric("nll_unigram", unigram),
                Metric(
                    "nll_uniform", Tensor(Double(model.configuration.prior.codeCount)).log().scalar),
            ], score: nll, largerIsBetter: false)
    }
}
