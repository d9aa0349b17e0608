import GestaltModels
import GestaltNN

/// The settings of an optimization, as stored in a recipe: steps, batches, optimizer, learning
/// rate, averages and intervals.
///
/// ```swift
/// var optimization = Optimization(steps: 600, batchSize: 16, learningRate: 2e-3)
/// optimization.schedule = .oneCycle
/// optimization.warmUpFraction = 0.2
/// try optimization.validate()
/// let trainer = Trainer(
///     model: network, task: task, optimizer: optimization.optimizer(),
///     plan: optimization.plan())
/// ```
/// A step trains on ``accumulation`` batches of ``batchSize`` items each.
public struct Optimization: Codable, Equatable, Sendable {
    /// The number of optimizer steps.
    public var steps: Int
    /// The batch size.
    public var batchSize: Int
    public var optimizer: OptimizerChoice
    /// The maximum learning rate of the run.
    public var learningRate: Double
    /// The learning-rate schedule after the warm-up.
    public var schedule: ScheduleKind
    /// The warm-up fraction of the steps, 0…1. At most one of this and ``warmUpSteps``; neither
    /// means no warm-up, and for one-cycle its default of 0.3.
    public var warmUpFraction: Double?
    /// The number of warm-up steps, fewer than ``steps``.
    public var warmUpSteps: Int?
    /// λ of the optimizer: decoupled for AdamW, added to the gradient for the others.
    public var weightDecay: Double
    /// The bound on the global norm of the gradients; nil disables clipping.
    public var gradientNorm: Float?
    /// The decay of the weight average, 0 ..< 1; nil disables it.
    public var averageDecay: Float?
    /// The number of batches per step.
    public var accumulation: Int
    /// The number of steps between evaluations.
    public var evaluationInterval: Int
    /// The number of steps between checkpoints.
    public var checkpointInterval: Int
    /// The seed of all randomness in the run.
    public var seed: UInt64

    /// The learning-rate schedule of a run.
    public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
        /// A constant rate.
        case constant
        /// A decrease to 0 by half a cosine.
        case cosine
        /// ``OneCycle``, with inverse momentum.
        case oneCycle
    }

    /// Creates settings for AdamW at a constant rate, with four evaluations, and a checkpoint at
    /// least every 200 steps.
    public init(
        steps: Int, batchSize: Int, learningRate: Double,
        optimizer: OptimizerChoice = .adamW(), schedule: ScheduleKind = .constant,
        weightDecay: Double = 0.01, seed: UInt64 = 0
    ) {
        self.steps = steps
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.optimizer = optimizer
        self.schedule = schedule
        self.weightDecay = weightDecay
        accumulation = 1
        evaluationInterval = max(1, steps / 4)
        checkpointInterval = max(1, min(200, steps / 4))
        self.seed = seed
    }
}

extension Optimization {
    /// Returns the plan of a trainer.
    /// - Parameter freezing: the frozen parts.
    /// - Precondition: ``validate()`` accepts the settings.
    public func plan(freezing: Freezing = .none) -> TrainingPlan {
        TrainingPlan(
            steps: steps, schedule: rate, accumulation: accumulation, gradientNorm: gradientNorm,
            averageDecay: averageDecay, freezing: freezing,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval,
            seed: seed)
    }

    /// The learning-rate schedule by step.
    /// - Precondition: ``validate()`` accepts the settings.
    public var rate: Schedule {
        let warmUp = warmUpSteps ?? warmUpFraction.map { Int(($0 * Double(steps)).rounded()) } ?? 0
        let rest: Schedule
        switch schedule {
        case .constant: rest = .constant(learningRate)
        case .cosine: rest = .cosine(from: learningRate, steps: max(1, steps - warmUp))
        case .oneCycle:
            let share = warmUpSteps.map { Double($0) / Double(steps) } ?? warmUpFraction
            var cycle = OneCycle(
                maximum: learningRate, steps: steps, warmUpFraction: share ?? 0.3)
            // An optimizer without momentum has no momentum to schedule.
            if case .sgd(momentum: 0, isNesterov: _) = optimizer { cycle.momentum = nil }
            return .oneCycle(cycle)
        }
        return warmUp > 0 ? .warmUp(steps: warmUp, then: rest) : rest
    }

    /// Returns the optimizer in its initial state.
    /// - Parameter groups: groups of parameters with separate settings.
    /// - Precondition: ``validate()`` accepts the settings.
    public func optimizer(groups: [ParameterGroup] = []) -> any Optimizer {
        optimizer.optimizer(
            learningRate: learningRate, weightDecay: weightDecay, groups: groups)
    }
}
