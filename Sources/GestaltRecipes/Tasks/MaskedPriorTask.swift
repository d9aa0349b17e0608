import GestaltData
import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// Codes of clips, with those of their first frames repeated.
public struct MaskedBatch: Sendable {
    /// `[N, t, h, w]`.
    public var codes: Tensor<Int32>
    /// The codes of each clip's first frame repeated; nil for a prior without condition.
    public var still: Tensor<Int32>?
}

/// Batches of encoded windows and of their first frames repeated.
public struct MaskedBatches: BatchSource {
    private let clips: CodedBatches
    private let still: CodedWindows?

    /// - Precondition: the same windows.
    init(_ clips: CodedBatches, still: CodedWindows?) {
        self.clips = clips
        self.still = still
    }

    public var stepsPerPass: Int { clips.stepsPerPass }
    public var stepCount: Int? { clips.stepCount }

    public func batch(at step: Int) throws -> MaskedBatch {
        let rows = Tensor(clips.rows(at: step).map(Int32.init))
        return MaskedBatch(
            codes: clips.coded.codes.gathered(rows, axis: 0),
            still: still?.codes.gathered(rows, axis: 0))
    }
}

/// Trains the prior of a ``MaskedPredictor`` on the codes of its frozen tokenizer.
public struct MaskedPriorTask: TrainingTask {
    public let batches: MaskedBatches
    /// The evaluation windows; nil disables the evaluation.
    public let evaluation: MaskedBatches?

    public init(batches: MaskedBatches, evaluation: MaskedBatches? = nil) {
        self.batches = batches
        self.evaluation = evaluation
    }

    public func loss(
        of model: MaskedPredictor, on batch: MaskedBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let output = model.loss(batch, context)
        var metrics: [Metric] = []
        for (name, score) in [("masked", output.masked), ("visible", output.visible)] {
            guard let score else { continue }
            metrics.append(Metric("\(name)_nll", score.crossEntropy))
            metrics.append(Metric("\(name)_accuracy", score.accuracy))
        }
        return (output.loss, metrics)
    }

    /// Scores of masked cells at fixed shares of the schedule: 0, where all are masked, to 0.75.
    ///
    /// The mean over all cells would fall by copying what is visible.
    public func evaluate(_ model: MaskedPredictor) throws -> Evaluation? {
        guard let evaluation else { return nil }
        let metrics = try Self.metrics(of: model, on: evaluation)
        return Evaluation(metrics, score: metrics[0].value, largerIsBetter: false)
    }

    /// Returns the mean cross entropy of the masked cells over the shares, then cross entropy and
    /// accuracy at each.
    static func metrics(
        of model: MaskedPredictor, on evaluation: MaskedBatches
    ) throws -> [Metric] {
        var metrics: [Metric] = []
        var sum = 0.0
        for (index, ratio) in ratios.enumerated() {
            var (nll, accuracy) = (0.0, 0.0)
            for step in 0..<evaluation.stepsPerPass {
                let random = RandomStream(seed: UInt64(index)).split(UInt64(step))
                let score = try model.maskedScore(
                    evaluation.batch(at: step), ratio: ratio, random: random)
                nll += Double(score.crossEntropy) / Double(evaluation.stepsPerPass)
                accuracy += Double(score.accuracy) / Double(evaluation.stepsPerPass)
            }
            let name = "at_\(Int(ratio * 100))"
            metrics.append(Metric("masked_nll_\(name)", nll))
            metrics.append(Metric("masked_accuracy_\(name)", accuracy))
            sum += nll
        }
        return [Metric("masked_nll", sum / Double(ratios.count))] + metrics
    }

    private static let ratios = [0, 0.25, 0.5, 0.75]
}

extension MaskedPredictor {
    /// Returns the condition of a batch.
    private func condition(of batch: MaskedBatch) -> MaskCondition {
        let sizes = configuration.prior
        let rows = batch.still.map { still in (0..<still.shape[0]).map { still[$0].scalars } }
        return MaskCondition(
            sizes.condition, regionCells: sizes.sliceCells, tokens: rows ?? [])
    }

    func loss(_ batch: MaskedBatch, _ context: Context) -> MaskedPrior.Output {
        prior.loss(batch.codes, condition(of: batch), context)
    }

    /// Returns the lengths of the clips of a batch in nats.
    func codeLengths(
        _ batch: MaskedBatch, _ decoding: MaskedDecoding, random: RandomStream
    ) -> [Double] {
        prior.codeLengths(
            batch.codes, condition(of: batch), steps: decoding.steps, schedule: decoding.schedule,
            random: random)
    }

    /// Returns the score of the masked cells at one share of the schedule, nothing corrupted.
    func maskedScore(
        _ batch: MaskedBatch, ratio: Double, random: RandomStream
    ) -> MaskedPrior.Output.Score {
        prior.maskedScore(batch.codes, condition(of: batch), ratio: ratio, random: random)
    }
}
