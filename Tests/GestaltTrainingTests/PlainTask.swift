import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining
import Testing

/// A network without random numbers fitted to a line, its loss a mean over items.
struct PlainTask<Batches: BatchSource>: TrainingTask where Batches.Batch == WideBatches.Batch {
    let batches: Batches

    /// - Parameter withNorm: whether a batch norm takes part.
    static func network(withNorm: Bool = false) -> Sequential {
        var random = RandomStream(seed: 4)
        return Sequential {
            Linear(2, 8, random: &random)
            if withNorm { BatchNorm(channels: 8, rectifies: true) } else { Activation.relu }
            Linear(8, 1, random: &random)
        }
    }

    static func trainer(
        _ task: PlainTask, _ plan: TrainingPlan, withNorm: Bool = false, run: RunFolder? = nil,
        collectives: any Collectives = LocalCollectives(),
        observers: [any TrainingObserver] = []
    ) -> Trainer<PlainTask> {
        Trainer(
            model: network(withNorm: withNorm), task: task, optimizer: SGD(learningRate: 0.05),
            plan: plan, run: run, interruption: Interruption(), collectives: collectives,
            observers: observers)
    }

    func loss(
        of model: Sequential, on batch: WideBatches.Batch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let loss = (model(batch.x, context) - batch.y).squared().mean()
        return (loss, [Metric("error", loss.scalar.squareRoot())])
    }

    func evaluate(_ model: Sequential) throws -> Evaluation? {
        let batch = WideBatches(parts: 1).batch(at: 100)
        let error = (model(batch.x, .inference) - batch.y).squared().mean().scalar
        return Evaluation([Metric("error", error)], score: Double(error), largerIsBetter: false)
    }
}

/// Batches of 32 points near a line, each served in `parts` equal pieces.
struct WideBatches: BatchSource {
    struct Batch: DivisibleBatch {
        let x: Tensor<Float>
        let y: Tensor<Float>

        var itemCount: Int { x.shape[0] }

        func items(in range: Range<Int>) -> Batch {
            Batch(x: x.sliced(range, axis: 0), y: y.sliced(range, axis: 0))
        }
    }

    let parts: Int
    let stepsPerPass = 1
    var stepCount: Int? { nil }

    func batch(at step: Int) -> Batch {
        var random = RandomStream(seed: 12).split(UInt64(step / parts))
        let x: Tensor<Float> = random.normal([32, 2])
        let weights = Tensor<Float>(shape: [2, 1], scalars: [1, -2])
        let whole = Batch(x: x, y: x.matmul(weights) + 0.5)
        let (size, part) = (32 / parts, step % parts)
        return whole.items(in: part * size..<(part + 1) * size)
    }
}

/// Expects two models whose numbers differ by rounding: `tolerance` times the tensor's largest
/// magnitude, at least that of 1.
func expectClose(_ one: some Module, _ other: some Module, tolerance: Float) {
    for (first, second) in zip(one.state, other.state) {
        let difference = (first.value - second.value).abs().max().scalar
        let bound = tolerance * max(1, first.value.abs().max().scalar)
        #expect(difference <= bound, "\(first.path): \(difference) > \(bound)")
    }
}
