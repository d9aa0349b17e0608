import ArgumentParser
import GestaltData
import GestaltIO
import GestaltMAGVIT
import GestaltModels
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVideo

extension MaskSchedule: ExpressibleByArgument {}

/// Options of predictions by a masked prior, which draws all codes at once in a few steps.
struct MaskedOptions: ParsableArguments {
    @Option(help: "Passes of a masked prior; 12 by default.", transform: positive)
    var steps: Int?
    @Option(help: "The share of codes still unknown after a step: cosine, uniform, pow2, exp.")
    var schedule: MaskSchedule?
    @Option(
        help: "Noise on the choice of the codes that a step keeps, falling to 0; 4.5 by default.")
    var confidenceNoise: Float?
    @Option(help: "The weight of the condition; needs a prior trained for it. 0 by default.")
    var guidance: Float?

    /// The flags for the library's names.
    static let flags = [
        "steps": "--steps", "confidenceNoise": "--confidence-noise", "guidance": "--guidance",
        "schedule": "--schedule",
    ]

    /// Whether each option is given.
    var given: [String: Bool] {
        [
            "--steps": steps != nil, "--schedule": schedule != nil,
            "--confidence-noise": confidenceNoise != nil, "--guidance": guidance != nil,
        ]
    }
}

extension Predict {
    /// Predicts with the masked prior of a model at `path`.
    func run(_ predictor: MaskedPredictor, at path: String) throws {
        try refuse(
            [
                "--greedy": greedy, "--best-of": bestOf != nil, "--length": length != nil,
                "--bfloat16": bfloat16, "--actions": conditions.actions != nil,
            ], because: "\(path) has a masked prior, which has no such option")
        guard let input else {
            throw ValidationError("--input is needed: clips whose first frame is given")
        }
        var options = MaskedDecoding(topK: topK, topP: topP)
        if let steps = masked.steps { options.steps = steps }
        if let schedule = masked.schedule { options.schedule = schedule }
        if let noise = masked.confidenceNoise { options.confidenceNoise = noise }
        if let guidance = masked.guidance { options.guidance = guidance }
        if let temperature { options.temperature = temperature }
        try options.validate(for: predictor.configuration.prior)
        let sizes = predictor.configuration
        let given = try reading.input(
            input, for: sizes.frameTarget, usualFit: model.usualFit, clips: clips,
            frames: sizes.clipLength)
        let frames = given.video[0..., 0..<1].contiguous()
        let classes = conditions.label.map { label in
            [Int32](repeating: label, count: frames.shape[0])
        }
        try beginWork(output)
        let progress = common.progress("predicting", total: 0, unit: "steps")
        defer { progress.finish() }
        let forecast = try predictor.predict(
            frames: frames, classes: classes, samples: samples ?? 4, options: options,
            random: RandomStream(seed: seed)
        ) { step in
            try stopIfAsked(progress)
            progress.update(step)
        }
        let isWhole = given.video.shape[1] >= sizes.clipLength
        try write(forecast.video, truth: isWhole ? try given.first(sizes.clipLength) : nil)
    }
}
