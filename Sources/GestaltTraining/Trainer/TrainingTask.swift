import GestaltChecks
import GestaltData
import GestaltNN
import GestaltTensor

/// A task for a ``Trainer``: the batches, the loss of a batch, and the evaluation of a model.
///
/// A task implements one of the two forms of `loss`: ``loss(of:on:_:)``, or ``loss(of:on:at:_:)``
/// if the loss depends on the step or on the running average of the weights. Everything random in a
/// step comes from its number and the context's stream, so a resumed run repeats exactly the steps
/// of an uninterrupted one.
public protocol TrainingTask {
    associatedtype Model: Module
    associatedtype Batches: BatchSource

    /// Step `s` trains on batch `s`; with ``TrainingPlan/accumulation`` k, on batches `k·s` to
    /// `k·s + k − 1`.
    var batches: Batches { get }

    /// Returns the loss of one batch, and metrics to display.
    ///
    /// The loss must be a mean over the batch's items if accumulation, or several workers, are to
    /// yield the gradient of the joined batch.
    func loss(
        of model: Model, on batch: Batches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Returns the loss of one batch of the step described by `state`, and metrics to display; by
    /// default ``loss(of:on:_:)``.
    func loss(
        of model: Model, on batch: Batches.Batch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Evaluates the model; nil without evaluation data.
    func evaluate(_ model: Model) throws -> Evaluation?
}

extension TrainingTask {
    public func loss(
        of model: Model, on batch: Batches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        stop("\(Self.self) implements neither loss(of:on:_:) nor loss(of:on:at:_:)")
    }

    public func loss(
        of model: Model, on batch: Batches.Batch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        try loss(of: model, on: batch, context)
    }

    public func evaluate(_ model: Model) throws -> Evaluation? { nil }
}

/// The state of a run during the computation of a loss.
public struct TrainingState<Model: Module>: Sendable {
    /// The number of completed optimizer steps: 0 in the first step.
    public let step: Int
    /// The number of steps of the whole run.
    public let totalSteps: Int
    /// The index of this batch within its step, `0 ..< accumulation`.
    public let microBatch: Int
    /// The running average of the weights before this step, a constant for the gradient; nil if the
    /// plan has no ``TrainingPlan/averageDecay``.
    public let average: Model?
}
