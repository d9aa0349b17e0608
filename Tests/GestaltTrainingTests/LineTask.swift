import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining

/// A small network fitted to a line, with a norm and dropout so that buffers and random numbers take
/// part; optionally something breaks at a step.
struct LineTask: TrainingTask {
    enum Fault: Sendable {
        case none
        case loss(at: Int)
        case gradient(at: Int)
        case interruption(at: Int)
    }

    let batches: LineBatches
    var fault = Fault.none
    var interruption = Interruption()

    init(stepCount: Int? = nil, fault: Fault = .none, interruption: Interruption = Interruption()) {
        batches = LineBatches(stepCount: stepCount)
        self.fault = fault
        self.interruption = interruption
    }

    static func network() -> Sequential {
        var random = RandomStream(seed: 3)
        return Sequential {
            Linear(2, 8, random: &random)
            BatchNorm(channels: 8)
            Activation.relu
            Dropout(0.1)
            Linear(8, 1, random: &random)
        }
    }

    func loss(
        of model: Sequential, on batch: LineBatches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let prediction = model(batch.x, context)
        var loss = (prediction - batch.y).squared().mean()
        switch fault {
        case .loss(let step) where step == batch.step: loss = loss * Float.nan
        case .gradient(let step) where step == batch.step:
            // √0 is 0; its slope is infinite.
            loss = loss + (prediction - prediction).squared().sum().squareRoot()
        case .interruption(let step) where step == batch.step: interruption.request()
        default: break
        }
        return (loss, [Metric("error", loss.scalar.squareRoot())])
    }

    func evaluate(_ model: Sequential) throws -> Evaluation? {
        let batch = batches.batch(at: 1_000)
        let error = (model(batch.x, .inference) - batch.y).squared().mean().scalar
        return Evaluation([Metric("error", error)], score: Double(error), largerIsBetter: false)
    }
}

/// Points near `y = x₀ − 2·x₁ + ½`, new ones at each step.
struct LineBatches: BatchSource {
    struct Batch: Sendable {
        let step: Int
        let x: Tensor<Float>
        let y: Tensor<Float>
    }

    let stepsPerPass = 1
    let stepCount: Int?

    func batch(at step: Int) -> Batch {
        var random = RandomStream(seed: 11).split(UInt64(step))
        let x: Tensor<Float> = random.normal([16, 2])
        let weights = Tensor<Float>(shape: [2, 1], scalars: [1, -2])
        return Batch(step: step, x: x, y: x.matmul(weights) + 0.5)
    }
}

extension TrainingPlan {
    /// One cycle, an average and clipping, so that all of them take part.
    static func line(steps: Int, length: Int? = nil) -> TrainingPlan {
        TrainingPlan(
            steps: steps,
            schedule: .oneCycle(
                OneCycle(maximum: 0.05, steps: length ?? steps, warmUpFraction: 0.3)),
            gradientNorm: 1, averageDecay: 0.9, evaluationInterval: 4, checkpointInterval: 3,
            seed: 5)
    }
}

extension Trainer where Task == LineTask {
    /// A trainer of the line, silent and stopped by nobody else; with a folder it leaves the files
    /// of a recipe's run.
    convenience init(
        _ task: LineTask, _ plan: TrainingPlan, run: RunFolder? = nil,
        observers: [any TrainingObserver] = []
    ) {
        let files: [any TrainingObserver] =
            run == nil ? [] : [LogObserver(), TensorBoardObserver()]
        self.init(
            model: LineTask.network(), task: task, optimizer: AdamW(), plan: plan, run: run,
            interruption: task.interruption, observers: files + observers)
    }
}
