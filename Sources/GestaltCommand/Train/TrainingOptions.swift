import ArgumentParser
import GestaltTraining

/// Number of steps and learning rate; the same options in all trainings.
struct StepOptions: ParsableArguments {
    @Option(help: "Number of steps; by default that of the preset or for the number of labels.")
    var steps: Int?
    @Option(help: "Batch size in clips or frames.") var batch: Int?
    @Option(name: .customLong("rate"), help: "Peak learning rate.") var learningRate: Double?
    @Option(help: "Warm-up as a fraction of the steps, 0 to 1.") var warmUp: Double?
    @Option(help: "The bound on the norm of all gradients, which are scaled down beyond it.")
    var gradientNorm: Float?
    @Option(help: "Seed of all random numbers; 0 by default.") var seed: UInt64?

    func validate() throws {
        try requirePositive("--steps", steps)
        try requirePositive("--batch", batch)
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--rate must be positive, not \(learningRate)")
        }
        try requireShare("--warm-up", warmUp)
        if let gradientNorm, !(gradientNorm > 0) {
            throw ValidationError("--gradient-norm must be positive, not \(gradientNorm)")
        }
    }
}

extension StepOptions {
    /// Replaces settings of a recipe by the typed ones; the seed is the caller's.
    func apply(to optimization: inout Optimization) {
        if let steps { optimization.steps = steps }
        if let batch { optimization.batchSize = batch }
        if let learningRate { optimization.learningRate = learningRate }
        if let warmUp {
            (optimization.warmUpFraction, optimization.warmUpSteps) = (warmUp, nil)
        }
        if let gradientNorm { optimization.gradientNorm = gradientNorm }
    }
}

/// Options for training segmentation models.
struct SegmentationOptions: ParsableArguments {
    @Option(help: "Number of labeled frames, spread over the clips; all by default.")
    var labels: Int?
    @Option(
        help:
            "Number of classes with background, up to 255; by default 1: foreground and background."
    )
    var classes: Int?
    @Option(help: "Weight decay; 0.01 by default.") var weightDecay: Double?

    func validate() throws {
        try requirePositive("--labels", labels)
        if let classes, !(1...255).contains(classes) {
            throw ValidationError("--classes must be 1 to 255, not \(classes)")
        }
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw ValidationError("--weight-decay must be 0 or more, not \(weightDecay)")
        }
    }
}

/// - Throws: `ValidationError` for a number below 1.
func requirePositive(_ name: String, _ value: Int?) throws {
    if let value, value < 1 { throw ValidationError("\(name) must be 1 or more, not \(value)") }
}

/// - Throws: `ValidationError` for a number outside 0…1.
func requireShare(_ name: String, _ value: Double?) throws {
    if let value, !(0...1).contains(value) {
        throw ValidationError("\(name) must lie between 0 and 1, not \(value)")
    }
}
