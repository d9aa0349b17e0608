import GestaltData
import GestaltNN
import GestaltTensor

/// What a ``Trainer`` trains: its batches, how the loss of one is made, and how a model is judged.
///
/// Everything random in a step comes from its number and the context's stream, so a resumed run
/// repeats exactly what an uninterrupted one would have done.
public protocol TrainingTask {
    associatedtype Model: Module
    associatedtype Batches: BatchSource

    /// Batch `s` is what step `s` trains on.
    var batches: Batches { get }

    /// The loss of one batch, and numbers worth showing.
    func loss(
        of model: Model, on batch: Batches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Judges the model; nil when there is nothing to judge it on.
    func evaluate(_ model: Model) throws -> Evaluation?
}

extension TrainingTask {
    public func evaluate(_ model: Model) throws -> Evaluation? { nil }
}
