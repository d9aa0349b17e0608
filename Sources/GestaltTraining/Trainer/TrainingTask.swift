import GestaltChecks
import GestaltData
import GestaltNN
import GestaltTensor

/// What a ``Trainer`` trains: its batches, the loss of a batch, and how a model is evaluated.
///
/// A task implements one of the two forms of `loss`: ``loss(of:on:_:)``, or
/// ``loss(of:on:at:_:)`` where the loss depends on the step or on the running average of the
/// weights. Everything random in a step comes from its number and the context's stream, so a
/// resumed run repeats exactly what an uninterrupted one would have done.
public protocol TrainingTask {
    associatedtype Model: Module
    associatedtype Batches: BatchSource

    /// Step `s` trains on batch `s`; with ``TrainingPlan/accumulation`` k, on batches `k·s` to
    /// `k·s + k − 1`.
    var batches: Batches { get }

    /// Returns the loss of one batch, and numbers worth showing.
    ///
    /// The loss is a mean over the batch's items where accumulation, or several workers, are to give
    /// the gradient of the joined batch.
    func loss(
        of model: Model, on batch: Batches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Returns the loss of one batch of the step described by `state`, and numbers worth showing; by
    /// default ``loss(of:on:_:)``.
    func loss(
        of model: Model, on batch: Batches.Batch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Evaluates the model; nil when there is nothing to evaluate it on.
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

/// Where a run is when a loss is computed.
public struct TrainingState<Model: Module>: Sendable {
    /// Optimizer steps done before this one: 0 in the first.
    public let step: Int
    /// Steps of the whole run.
    public let totalSteps: Int
    /// Which of the step's batches this is, `0 ..< accumulation`.
    public let microBatch: Int
    /// The running average of the weights before this step, a constant for the gradient; nil where
    /// the plan has no ``TrainingPlan/averageDecay``.
    public let average: Model?
}
