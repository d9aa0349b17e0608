import GestaltData
import GestaltNN
import GestaltTensor

/// A task for a ``Trainer``: the batches, the loss of a batch, and the evaluation of a model.
///
/// Everything random in a step comes from its number and the context's stream, so a resumed run
/// repeats exactly the steps of an uninterrupted one. A task whose loss depends on the step or on
/// the running average of the weights is a ``StateDependentTask``.
public protocol TrainingTask: StateDependentTask {
    // Declared again, with `batches`: the compiler infers both from the members of a task only
    // where the protocol that it names declares them.
    associatedtype Model
    associatedtype Batches

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
}

extension TrainingTask {
    public func loss(
        of model: Model, on batch: Batches.Batch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        try loss(of: model, on: batch, context)
    }
}

/// A task for a ``Trainer`` whose loss depends on the state of the run, such as a mean teacher's;
/// other tasks are ``TrainingTask``s.
public protocol StateDependentTask {
    associatedtype Model: Module
    associatedtype Batches: BatchSource

    /// Step `s` trains on batch `s`; with ``TrainingPlan/accumulation`` k, on batches `k·s` to
    /// `k·s + k − 1`.
    var batches: Batches { get }

    /// Returns the loss of one batch of the step described by `state`, and metrics to display.
    ///
    /// The loss must be a mean over the batch's items if accumulation, or several workers, are to
    /// yield the gradient of the joined batch.
    func loss(
        of model: Model, on batch: Batches.Batch, at state: TrainingState<Model>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric])

    /// Evaluates the model; by default nil, for a task without evaluation data.
    func evaluate(_ model: Model) throws -> Evaluation?
}

extension StateDependentTask {
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
