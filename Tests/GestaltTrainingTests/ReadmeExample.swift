// The example of Sources/GestaltTraining/README.md; ReadmeTests compares them.

import GestaltData
import GestaltNN
import GestaltTensor
import GestaltTraining

/// Learns which numbers are positive.
struct SignTask: TrainingTask {
    struct Batches: BatchSource {
        let stepsPerPass = 1
        let stepCount: Int? = nil
        func batch(at step: Int) -> Tensor<Float> {
            var random = RandomStream(seed: 1).split(UInt64(step))
            return random.uniform([64, 1], in: -3..<3)
        }
    }
    let batches = Batches()

    func loss(
        of model: Sequential, on x: Tensor<Float>, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let targets = Tensor<Float>(shape: x.shape, scalars: x.scalars.map { $0 > 0 ? 1 : 0 })
        return (binaryCrossEntropy(model(x, context), targets), [])
    }
}

func trainedNetwork() throws -> Sequential {
    var random = RandomStream(seed: 0)
    let network = Sequential {
        Linear(1, 16, random: &random)
        Activation.relu
        Linear(16, 1, random: &random)
    }
    var settings = Optimization(steps: 200, batchSize: 64, learningRate: 1e-2)
    settings.schedule = .oneCycle
    let trainer = Trainer(
        model: network, task: SignTask(), optimizer: settings.optimizer(),
        plan: settings.plan(), observers: [ProgressObserver()])
    return try trainer.train("signs")
}
