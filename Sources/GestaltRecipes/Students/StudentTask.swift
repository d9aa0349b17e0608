import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// The training of a segmentation model on labels, on a teacher's probabilities, and on those of its
/// own running average.
struct StudentTask<Model: SegmentationModel>: StateDependentTask {
    let batches: StudentBatches
    /// The share of the model's own average in the targets of unlabeled frames at the end of
    /// ``ramp``; 0 leaves the teacher's.
    let averageShare: Float
    /// The fraction of the steps in which that share rises from 0.
    let ramp: Float
    /// The probability of its class below which an unlabeled pixel has the weight ``floor``.
    let threshold: Float
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
        let confidence = guesses.confidence
        let trusted = (confidence .>= threshold).cast(to: Float.self)
        let weights =
            batch.weights.sliced(unlabeled, axis: 0) * (trusted * (1 - floor) + floor)
        let loss = segmentationLoss(
            logits,
            probabilities: concatenated(
                [batch.targets.sliced(0..<batch.labeled, axis: 0), guesses], axis: 0),
            weights: concatenated(
                [batch.weights.sliced(0..<batch.labeled, axis: 0), weights], axis: 0))
        return (loss, metrics(logits.sliced(unlabeled, axis: 0).detached, guesses, trusted))
    }

    func evaluate(_ model: Model) throws -> Evaluation? { try evaluator?.evaluation(of: model) }

    private func share(at state: TrainingState<Model>) -> Float? {
        guard averageShare > 0 else { return nil }
        let rise = max(1, ramp * Float(state.totalSteps))
        return averageShare * min(1, Float(state.step) / rise)
    }

    /// The agreement with the targets, and the share of used pixels by class.
    private func metrics(
        _ logits: Tensor<Float>, _ guesses: Tensor<Float>, _ trusted: Tensor<Float>
    ) -> [Metric] {
        let taught = labels(ofProbabilities: guesses)
        let found = labels(
            ofProbabilities: logits, threshold: 0)
        let classes = max(2, logits.shape[3])
        var counts = [Int](repeating: 0, count: classes)
        var used = counts
        var agreeing = 0
        taught.withScalars { taught in
            found.withScalars { found in
                trusted.withScalars { trusted in
                    for pixel in taught.indices {
                        counts[Int(taught[pixel])] += 1
                        if trusted[pixel] > 0 { used[Int(taught[pixel])] += 1 }
                        if taught[pixel] == found[pixel] { agreeing += 1 }
                    }
                }
            }
        }
        return [Metric("agreement", Double(agreeing) / Double(max(1, taught.count)))]
            + counts.indices.map {
                Metric("used_class_\($0)", Double(used[$0]) / Double(max(1, counts[$0])))
            }
    }
}

extension Tensor<Float> {
    /// The probability of the likeliest class of probabilities `[…, K]`, K = 1 being foreground
    /// against background: `[…]`.
    fileprivate var confidence: Tensor<Float> {
        guard shape[-1] == 1 else { return max(axes: [-1]) }
        let foreground = squeezed(axis: -1)
        return foreground.maximum(1 - foreground)
    }
}
