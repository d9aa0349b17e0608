import GestaltTraining

extension Optimization {
    /// Returns the settings that all models of single frames, segmentation models and dense
    /// encoders, train with by default: AdamW, one cycle with a peak of 2e-3 and a warm-up of 20 %
    /// of the steps, batches of 16.
    static func frames(steps: Int, seed: UInt64) -> Optimization {
        var result = Optimization(
            steps: steps, batchSize: 16, learningRate: 2e-3, schedule: .oneCycle, seed: seed)
        result.warmUpFraction = 0.2
        return result
    }

    /// Returns the number of steps on labeled frames by default: 600 with a number of labels, 2500
    /// with all.
    static func steps(labels: Int?) -> Int { labels == nil ? 2500 : 600 }

    /// Returns the settings that tokenizers and priors train with by default: Adam, half a cosine
    /// after the warm-up, gradients of norm 1 at most.
    static func video(
        steps: Int, batchSize: Int, learningRate: Double, warmUpSteps: Int, seed: UInt64
    ) -> Optimization {
        var result = Optimization(
            steps: steps, batchSize: batchSize, learningRate: learningRate, optimizer: .adam(),
            schedule: .cosine, weightDecay: 0, seed: seed)
        result.warmUpSteps = warmUpSteps
        result.gradientNorm = 1
        result.evaluationInterval = max(1, steps / 5)
        result.checkpointInterval = max(1, min(500, steps / 5))
        return result
    }
}
