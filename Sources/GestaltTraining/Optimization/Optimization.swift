import GestaltModels
import GestaltNN

/// The settings of an optimization, as a recipe writes them down: steps, batches, optimizer,
/// learning rate, averages and intervals.
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
    /// Optimizer steps.
    public var steps: Int
    /// Items of a batch.
    public var batchSize: Int
    public var optimizer: OptimizerChoice
    /// The highest learning rate of the run.
    public var learningRate: Double
    /// How the learning rate moves after the warm-up.
    public var schedule: ScheduleKind
    /// The share of the steps in which the rate rises, 0…1. At most one of this and ``warmUpSteps``;
    /// neither means no warm-up, and for one-cycle its usual 0.3.
    public var warmUpFraction: Double?
    /// Steps in which the rate rises, fewer than ``steps``.
    public var warmUpSteps: Int?
    /// λ of the optimizer: decoupled for AdamW, added to the gradient for the others.
    public var weightDecay: Double
    /// Bound on the common norm of all gradients; nil leaves them.
    public var gradientNorm: Float?
    /// Decay of the average of the weights, 0 ..< 1; nil keeps none.
    public var averageDecay: Float?
    /// Batches of a step.
    public var accumulation: Int
    /// Steps between evaluations.
    public var evaluationInterval: Int
    /// Steps between checkpoints.
    public var checkpointInterval: Int
    /// Where all randomness of the run starts.
    public var seed: UInt64

    /// How the learning rate moves over a run.
    public enum ScheduleKind: String, Codable, Sendable, CaseIterable {
        /// It stays.
        case constant
        /// It falls to 0 by half a cosine.
        case cosine
        /// ``OneCycle``, the momentum running the other way.
        case oneCycle
    }

    /// AdamW at a constant rate; four evaluations, and a checkpoint at least every 200 steps.
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
    /// The plan of a trainer.
    /// - Parameter freezing: parts that do not train.
    /// - Precondition: ``validate()`` accepts the settings.
    public func plan(freezing: Freezing = .none) -> TrainingPlan {
        TrainingPlan(
            steps: steps, schedule: rate, accumulation: accumulation, gradientNorm: gradientNorm,
            averageDecay: averageDecay, freezing: freezing,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval,
            seed: seed)
    }

    /// The learning rate of each step.
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
            // An optimizer without a memory of past steps has none to weigh.
            if case .sgd(momentum: 0, isNesterov: _) = optimizer { cycle.momentum = nil }
            return .oneCycle(cycle)
        }
        return warmUp > 0 ? .warmUp(steps: warmUp, then: rest) : rest
    }

    /// The optimizer, before its first step.
    /// - Parameter groups: parameters that are treated otherwise than the rest.
    /// - Precondition: ``validate()`` accepts the settings.
    public func optimizer(groups: [ParameterGroup] = []) -> any Optimizer {
        optimizer.optimizer(
            learningRate: learningRate, weightDecay: weightDecay, groups: groups)
    }
}
