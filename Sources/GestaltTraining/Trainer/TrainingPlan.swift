import GestaltChecks
import GestaltNN

/// The hyperparameters of a ``Trainer``.
public struct TrainingPlan: Sendable {
    /// The number of optimizer steps, the unit of schedules, intervals and checkpoints.
    public var steps: Int
    /// The number of batches per step, at least 1. Their losses are averaged, so for losses that
    /// are means over items a step has the gradient of one batch k times as large, with the memory
    /// of a single batch.
    ///
    /// Batches run one after the other: norms normalize each by its own statistics, and running
    /// statistics and codebooks take one update per batch, each starting from the previous one.
    /// Remaining batches at the end of a source, fewer than a step requires, are not used.
    public var accumulation: Int
    /// The learning rate, and for one-cycle the momentum, of every step.
    public var schedule: Schedule
    /// The bound on the global norm of the gradients; nil disables clipping.
    public var gradientNorm: Float?
    /// The decay of the weight average; nil disables it. Evaluation and the final model use the
    /// average if there is one.
    public var averageDecay: Float?
    /// The frozen parts.
    public var freezing: Freezing
    /// The number of steps between evaluations; the last step is always followed by one.
    public var evaluationInterval: Int
    /// The number of steps between checkpoints; the last step is always followed by one.
    public var checkpointInterval: Int
    /// The longest time without a checkpoint; nil for none. The clock determines when a state is
    /// saved, never its contents.
    public var checkpointPeriod: Duration?
    /// The seed of all randomness in the run.
    public var seed: UInt64

    /// - Precondition: `steps` is not negative; `accumulation` and the intervals are positive.
    public init(
        steps: Int, schedule: Schedule, accumulation: Int = 1, gradientNorm: Float? = nil,
        averageDecay: Float? = nil, freezing: Freezing = .none, evaluationInterval: Int = .max,
        checkpointInterval: Int = .max, checkpointPeriod: Duration? = nil, seed: UInt64 = 0
    ) {
        require(
            steps >= 0 && accumulation > 0 && evaluationInterval > 0 && checkpointInterval > 0,
            "TrainingPlan: \(steps) steps of \(accumulation) batches, evaluation every \(evaluationInterval), checkpoint every \(checkpointInterval)"
        )
        self.steps = steps
        self.schedule = schedule
        self.accumulation = accumulation
        self.gradientNorm = gradientNorm
        self.averageDecay = averageDecay
        self.freezing = freezing
        self.evaluationInterval = evaluationInterval
        self.checkpointInterval = checkpointInterval
        self.checkpointPeriod = checkpointPeriod
        self.seed = seed
    }
}
