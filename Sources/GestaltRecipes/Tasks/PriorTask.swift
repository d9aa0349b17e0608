import GestaltData
import GestaltIO
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains the prior of a ``VideoPredictor`` on the codes of its frozen tokenizer, and its frame
/// encoder on forecasts, where the batches have some.
public struct PriorTask: TrainingTask {
    public let batches: CodedBatches
    /// The evaluation; `nil` disables it.
    public let evaluator: PriorEvaluator?
    /// Whether activations are recomputed in the backward pass: less memory, more time.
    public let checkpointing: Bool
    /// The weight of the codes in the loss; with 0 the transformer is not run.
    let codesWeight: Float

    public func loss(
        of model: VideoPredictor, on batch: CodedBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let terms = batches.forecasts?.terms ?? []
        let losses = model.losses(
            batch, terms, withCodes: codesWeight > 0, checkpointing: checkpointing, context)
        let total = losses.total(codesWeight: codesWeight, terms)
        guard !terms.isEmpty else { return (total, []) }
        return (
            total,
            (losses.codes.map { [Metric(codesTerm, $0.scalar)] } ?? [])
                + zip(terms, losses.forecasts).map { Metric($0.name, $1.mean.scalar) }
        )
    }

    public func evaluate(_ model: VideoPredictor) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}

/// The name of the codes among the terms of a prior's loss.
let codesTerm = "codes"

/// The losses of a predictor on a batch.
struct PredictorLosses {
    /// The mean cross entropy of the codes, in nats per token; nil where it was not computed.
    let codes: Tensor<Float>?
    /// Of each term.
    let forecasts: [TermLoss]

    /// The weighted sum.
    func total(codesWeight: Float, _ terms: [ForecastTerm]) -> Tensor<Float> {
        // Without terms the loss of the codes itself, to the bit.
        var total = codes.map { codesWeight == 1 ? $0 : $0 * codesWeight }
        for (term, loss) in zip(terms, forecasts) {
            let part = loss.mean * term.weight
            total = total.map { $0 + part } ?? part
        }
        return total ?? Tensor(0)
    }
}

extension VideoPredictor {
    /// Computes the losses of a batch; the frame encoder runs once for the prior and the forecasts.
    ///
    /// - Parameters:
    ///   - terms: the terms that the batch has targets of; none for a predictor without forecasts.
    ///   - withCodes: whether the codes are predicted.
    func losses(
        _ batch: CodedBatch, _ terms: [ForecastTerm] = [], withCodes: Bool = true,
        checkpointing: Bool = false, _ context: Context
    ) -> PredictorLosses {
        let features = prior.features(of: batch.frames, context)
        var codes: Tensor<Float>?
        if withCodes {
            let embeddings = tokenizer.embeddings(of: batch.codes).detached
            let condition = prior.condition(
                features: features, actions: batch.actions, context)
            codes = prior.loss(
                embeddings, codes: batch.codes, condition, checkpointing: checkpointing, context)
        }
        guard let targets = batch.forecasts, let layer = forecasts, let features,
            let outputs = configuration.forecasts
        else { return PredictorLosses(codes: codes, forecasts: []) }
        let last = features.selected(features.shape[1] - 1, axis: 1)
        let forecast = outputs.forecast(context.part("forecasts") { layer(last, context) })
        return PredictorLosses(codes: codes, forecasts: forecastLosses(forecast, targets, terms))
    }

    /// Returns the mean of −ln p over all codes of all batches, in nats per token.
    /// - Throws: errors of `progress`.
    func nll(
        over batches: CodedBatches,
        progress: ProgressHandler? = nil
    ) throws -> Double {
        try PredictorScore(of: self, over: batches, progress: progress).nll
    }
}

/// The mean losses of a predictor over batches.
struct PredictorScore {
    /// The mean of −ln p over all codes, in nats per token.
    let nll: Double
    /// Of each term of the batches, over the frames or pixels that have a target.
    let forecasts: [Double]

    /// - Throws: errors of reading clips and of `progress`.
    init(
        of model: VideoPredictor, over batches: CodedBatches, progress: ProgressHandler? = nil
    ) throws {
        let terms = batches.forecasts?.terms ?? []
        var (sum, count) = (0.0, 0)
        var sums = [Double](repeating: 0, count: terms.count)
        var counts = sums
        for step in 0..<batches.stepsPerPass {
            let batch = try batches.batch(at: step)
            let losses = model.losses(batch, terms, .inference)
            if let codes = losses.codes { sum += Double(codes.scalar) * Double(batch.codes.count) }
            count += batch.codes.count
            for (index, loss) in losses.forecasts.enumerated() {
                sums[index] += Double(loss.mean.scalar) * loss.count
                counts[index] += loss.count
            }
            try progress?(
                WorkProgress(done: step + 1, total: batches.stepsPerPass, unit: "batches"))
        }
        nll = sum / Double(max(count, 1))
        forecasts = zip(sums, counts).map { $0 / max($1, 1) }
    }
}

/// The negative log-likelihood of held-out windows, in nats per token, and that of baselines
/// without a model; the losses of the forecasts, where there are some.
public struct PriorEvaluator: Sendable {
    public let batches: CodedBatches
    /// The negative log-likelihood of the held-out codes under the training codes' frequencies.
    public let unigram: Double
    /// The weight of the codes in the score.
    private let codesWeight: Float

    /// - Parameter trained: the training codes, for the frequencies of the unigram baseline.
    init(_ batches: CodedBatches, trained: CodedWindows, codes: Int, codesWeight: Float = 1) {
        self.batches = batches
        self.codesWeight = codesWeight
        // Add-one smoothing, so that a code that never occurred is not impossible.
        var counts = [Double](repeating: 1, count: codes)
        trained.codes.withScalars { for code in $0 { counts[Int(code)] += 1 } }
        let total = counts.reduce(0, +)
        let costs = Tensor(counts.map { $0 / total }).log().scalars
        unigram = batches.coded.codes.withScalars { codes in
            -codes.reduce(0) { $0 + costs[Int($1)] } / Double(codes.count)
        }
    }

    /// The score is the weighted sum of all losses; without forecasts, the NLL.
    func evaluation(of model: VideoPredictor) throws -> Evaluation {
        let score = try PredictorScore(of: model, over: batches)
        let terms = batches.forecasts?.terms ?? []
        let forecasts = zip(terms, score.forecasts).map { Double($0.weight) * $1 }
        return Evaluation(
            [
                Metric("nll", score.nll), Metric("nll_unigram", unigram),
                Metric(
                    "nll_uniform", Tensor(Double(model.configuration.prior.codeCount)).log().scalar),
            ] + zip(terms, score.forecasts).map { Metric($0.name, $1) },
            score: forecasts.reduce(Double(codesWeight) * score.nll, +), largerIsBetter: false)
    }
}
