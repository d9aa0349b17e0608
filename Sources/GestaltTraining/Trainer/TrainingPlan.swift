import GestaltChecks
import GestaltNN

/// How a ``Trainer`` goes about it.
public struct TrainingPlan: Sendable {
    /// Optimizer steps, which schedules, intervals and checkpoints count, too.
    public var steps: Int
    /// Batches of a step, at least 1. Their losses are averaged, so for losses that are means over
    /// items a step has the gradient of one batch k times as large, in the memory of a small one.
    ///
    /// Batches run one after the other: norms normalize each by its own statistics, and running
    /// statistics and codebooks take one update a batch, each from where the one before ended.
    /// Batches that are left over at the end of a source, fewer than a step needs, are not used.
    public var accumulation: Int
    /// Learning rate, and for one-cycle the momentum, of every step.
    public var schedule: Schedule
    /// Bound on the common norm of all gradients; nil leaves them.
    public var gradientNorm: Float?
    /// Decay of the average of the weights; nil keeps none. Evaluation and the final model use the
    /// average where there is one.
    public var averageDecay: Float?
    /// Parts that do not train.
    public var freezing: Freezing
    /// Steps between evaluations; the last step is always followed by one.
    public var evaluationInterval: Int
    /// Steps between checkpoints; the last step is always followed by one.
    public var checkpointInterval: Int
    /// The longest time without a checkpoint; nil for none. The clock decides when a state is kept,
    /// never what it is.
    public var checkpointPeriod: Duration?
    /// Where all randomness of the run starts.
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
