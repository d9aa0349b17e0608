import ArgumentParser
import GestaltData

/// How long and how fast a training goes; the same words for all.
struct StepOptions: ParsableArguments {
    @Option(help: "Steps; without it as many as preset or labels suggest.") var steps: Int?
    @Option(help: "Clips or frames a batch.") var batch: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "The share of the steps in which the rate rises, 0 to 1.") var warmUp: Double?
    @Option(help: "The largest norm of all gradients together; longer ones are scaled down.")
    var gradientNorm: Float?
    @Option(help: "Seed of everything random; 0 without it.") var seed: UInt64?

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

/// What models of masks are trained with.
struct SegmentationOptions: ParsableArguments {
    @Option(help: "How many labeled frames, spread over the clips; all without it.")
    var labels: Int?
    @Option(
        help:
            "Classes with the background, up to 255; 1, without it: foreground against background.")
    var classes: Int?
    @Option(help: "Weight decay; 0.01 without it.") var weightDecay: Double?

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

/// How training pictures are varied.
struct AugmentationOptions: ParsableArguments {
    @Option(help: "How likely a picture is mirrored left to right, 0 to 1.") var flip: Float?
    @Option(help: "How far a picture may move each way, in pixels.") var shift: Int?
    @Option(help: "Brightness: up to this much added either way, 1 being from black to white.")
    var brightness: Float?
    @Option(help: "Contrast: scaled by 1 ± this much, 0 to 1.") var contrast: Float?
    @Option(help: "Saturation: scaled by 1 ± this much, 0 to 1.") var saturation: Float?

    func validate() throws {
        for (name, value) in [
            ("--flip", flip), ("--brightness", brightness), ("--contrast", contrast),
            ("--saturation", saturation),
        ] {
            try requireShare(name, value.map(Double.init))
        }
        if let shift, shift < 0 { throw ValidationError("--shift must be 0 or more, not \(shift)") }
    }

    /// Puts what was given in the place of what the recipe has.
    func apply(to augmentation: inout Augmentation) {
        if let flip { augmentation.flip = flip }
        if let shift { augmentation.shift = shift }
        if let brightness { augmentation.brightness = brightness }
        if let contrast { augmentation.contrast = contrast }
        if let saturation { augmentation.saturation = saturation }
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
