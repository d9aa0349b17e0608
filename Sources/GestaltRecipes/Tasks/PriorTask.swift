import GestaltData
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains the prior of a ``VideoPredictor`` on the codes of a tokenizer that stays as it is.
public struct PriorTask: TrainingTask {
    public let batches: CodedBatches
    /// What it is judged on; nil to judge it not at all.
    public let evaluator: PriorEvaluator?
    /// Whether blocks are computed again for their gradients instead of kept.
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
    /// The mean cross entropy of a batch's codes, in nats a token.
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
    /// Mean of −ln p over all codes of all batches, in nats a token.
    /// - Throws: what `progress` throws.
    func nats(
        over batches: CodedBatches,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Double {
        var (sum, count) = (0.0, 0)
        for step in 0..<batches.stepsPerPass {
            let batch = batches.batch(at: step)
            sum += Double(loss(batch, .inference).scalar) * Double(batch.codes.count)
            count += batch.codes.count
            try progress(step + 1, batches.stepsPerPass)
        }
        return sum / Double(max(count, 1))
    }
}

/// How a prior is judged: nats a token on windows it has not seen, beside what guessing without
/// looking costs.
public struct PriorEvaluator: Sendable {
    public let batches: CodedBatches
    /// Nats a token of the frequencies of the training codes, on the judged ones.
    public let unigram: Double

    /// - Parameter trained: the codes whose frequencies are the guess.
    init(_ batches: CodedBatches, trained: CodedWindows, codes: Int) {
        self.batches = batches
        // One more of each, so that a code that never came up is not impossible.
        var counts = [Double](repeating: 1, count: codes)
        trained.codes.withScalars { for code in $0 { counts[Int(code)] += 1 } }
        let total = counts.reduce(0, +)
        let costs = Tensor(counts.map { $0 / total }).log().scalars
        unigram = batches.coded.codes.withScalars { codes in
            -codes.reduce(0) { $0 + costs[Int($1)] } / Double(codes.count)
        }
    }

    func evaluation(of model: VideoPredictor) throws -> Evaluation {
        let nats = try model.nats(over: batches)
        return Evaluation(
            [
                Metric("nats", nats), Metric("unigram_entropy", unigram),
                Metric("uniform", Tensor(Double(model.configuration.prior.codeCount)).log().scalar),
            ], score: nats, largerIsBetter: false)
    }
}
