import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltVideo

extension PredictionOption {
    public static let steps = PredictionOption(
        "steps", about: "the number of passes through a masked prior; 12 by default")
    public static let schedule = PredictionOption(
        "schedule",
        about: "the share of codes that are unknown after a step: cosine, uniform, pow2 or exp")
    public static let confidenceNoise = PredictionOption(
        "confidenceNoise",
        about: "the noise on the choice of the codes that a step keeps; 4.5 by default")
    public static let guidance = PredictionOption(
        "guidance", about: "the weight of the condition, 0 or more; 0 by default")
}

extension MaskedPredictor: ClipPredictor {
    public static var priorRecipe: String { MagvitConfiguration.priorRecipe }

    /// With condition `none` no frame is given.
    public var clipSizes: ClipSizes {
        ClipSizes(
            frames: configuration.clipLength, height: configuration.frameHeight,
            width: configuration.frameWidth,
            givenFrames: configuration.prior.condition == .none ? 0 : 1)
    }

    public var predictionOptions: [PredictionOption] {
        [.temperature, .topK, .topP, .batch, .steps, .schedule, .confidenceNoise, .guidance]
    }

    public func check(
        _ inputs: PredictionInputs, samples: Int, _ options: PredictionOptions
    ) throws {
        try options.requireKnown(by: self)
        try MaskedDecoding(options).validate(for: configuration.prior)
        if let actions = inputs.actions {
            throw ModelInputError(
                "actions", expected: "none: this prior is not conditioned on them",
                found: "\(actions.shape)")
        }
        try check(try frames(of: inputs), inputs.classes?.scalars, samples)
    }

    public func predict(
        _ inputs: PredictionInputs, samples: Int, options: PredictionOptions,
        random: RandomStream, progress: ProgressHandler?
    ) throws -> PredictedClips {
        try check(inputs, samples: samples, options)
        let forecast = try predict(
            frames: try frames(of: inputs), classes: inputs.classes?.scalars, samples: samples,
            options: MaskedDecoding(options), random: random, progress: progress)
        return PredictedClips(codes: [forecast.codes], video: forecast.video)
    }

    /// Returns the first frames; blank ones for a prior without condition.
    private func frames(of inputs: PredictionInputs) throws(ModelInputError) -> Tensor<Float> {
        let sizes = clipSizes
        guard sizes.givenFrames == 0 else {
            guard let frames = inputs.frames else {
                throw ModelInputError(
                    "frames", expected: "shape [B, 1, \(sizes.height), \(sizes.width), 3]",
                    found: "none")
            }
            return frames
        }
        if let frames = inputs.frames {
            throw ModelInputError(
                "frames", expected: "none: this prior is not conditioned on them",
                found: "\(frames.shape)")
        }
        return .zeros([inputs.count, 1, sizes.height, sizes.width, 3])
    }
}

extension MaskedDecoding {
    /// The options that a prediction sets, and the defaults of the others.
    /// - Throws: `ConfigurationError` for a text that is not a value.
    public init(_ options: PredictionOptions) throws(ConfigurationError) {
        self.init(topK: try options.value(.topK), topP: try options.value(.topP))
        if let batch: Int = try options.value(.batch) { self.batch = batch }
        if let steps: Int = try options.value(.steps) { self.steps = steps }
        if let schedule: MaskSchedule = try options.value(.schedule) { self.schedule = schedule }
        if let noise: Float = try options.value(.confidenceNoise) { confidenceNoise = noise }
        if let guidance: Float = try options.value(.guidance) { self.guidance = guidance }
        if let temperature: Float = try options.value(.temperature) {
            self.temperature = temperature
        }
    }
}
