import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// The training of a segmentation model on labels, on a teacher's probabilities, and on those of
/// its own running average.
struct StudentTask<Model: SegmentationModel>: StateDependentTask {
    let batches: StudentBatches
    /// The share of the model's own average in the targets of unlabeled frames at the end of
    /// ``ramp``; 0 leaves the teacher's.
    let averageShare: Float
    /// The fraction of the steps in which that share rises from 0.
    let ramp: Float
    /// For each class the probability below which an unlabeled pixel has the weight ``floor``.
    let thresholds: [Float]
    let floor: Float
    /// The evaluation; nil disables it.
    let evaluator: SegmentationEvaluator?

    func loss(
        of model: Model, on batch: StudentBatch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let logits = model.logits(batch.frames, context)
        let unlabeled = batch.labeled..<batch.frames.shape[0]
        var guesses = batch.targets.sliced(unlabeled, axis: 0)
        if let average = state.average, let share = share(at: state) {
            guesses = guesses * (1 - share) + average.probabilities(batch.plain) * share
        }
        let confidence = Confidence(guesses, thresholds: thresholds)
        let counted = batch.weights.sliced(unlabeled, axis: 0)
        let weights = counted * (confidence.trusted * (1 - floor) + floor)
        let loss = segmentationLoss(
            logits,
            probabilities: concatenated(
                [batch.targets.sliced(0..<batch.labeled, axis: 0), guesses], axis: 0),
            weights: concatenated(
                [batch.weights.sliced(0..<batch.labeled, axis: 0), weights], axis: 0))
        return (loss, metrics(logits.sliced(unlabeled, axis: 0).detached, confidence, counted))
    }

    func evaluate(_ model: Model) throws -> Evaluation? { try evaluator?.evaluation(of: model) }

    private func share(at state: TrainingState<Model>) -> Float? {
        guard averageShare > 0 else { return nil }
        let rise = max(1, ramp * Float(state.totalSteps))
        return averageShare * min(1, Float(state.step) / rise)
    }

    /// The agreement with the targets; by class the share of its pseudo-labels that are used, and
    /// its share of the pixels.
    private func metrics(
        _ logits: Tensor<Float>, _ confidence: Confidence, _ weights: Tensor<Float>
    ) -> [Metric] {
        let found = labels(ofProbabilities: logits, threshold: 0)
        let agreeing = (found .== confidence.classes).cast(to: Float.self).mean().scalar
        var usage = PseudoLabelUsage(classes: thresholds.count)
        usage.add(confidence, weights: weights)
        return [Metric("agreement", agreeing)]
            + thresholds.indices.map {
                StudentMetric.used.metric($0, usage.used[$0], of: usage.pixels[$0])
            }
            + thresholds.indices.map {
                StudentMetric.share.metric($0, usage.pixels[$0], of: confidence.classes.count)
            }
    }
}
