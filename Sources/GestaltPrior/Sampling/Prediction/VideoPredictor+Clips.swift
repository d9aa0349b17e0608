import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltVideo

extension PredictionOption {
    public static let greedy = PredictionOption(
        "greedy", about: "true to take the likeliest code always, for one sample")
    public static let bestOf = PredictionOption(
        "bestOf", about: "the number of samples that are drawn, of which the likeliest is kept")
    public static let length = PredictionOption(
        "length", about: "the number of frames, predicted window by window; a clip's by default")
    public static let bfloat16 = PredictionOption(
        "bfloat16", about: "true to store weights and cache as bfloat16")
}

extension VideoPredictor: ClipPredictor {
    public var clipSizes: ClipSizes {
        ClipSizes(
            frames: configuration.clipLength, height: configuration.frameHeight,
            width: configuration.frameWidth,
            givenFrames: configuration.prior.conditioning?.frames ?? 0)
    }

    public var predictionOptions: [PredictionOption] {
        [.temperature, .topK, .topP, .batch, .greedy, .bestOf, .length, .bfloat16]
    }

    public func predictedLength(_ options: PredictionOptions) throws(ConfigurationError) -> Int {
        try ClipDraw(options).length ?? configuration.clipLength
    }

    public func check(
        _ inputs: PredictionInputs, samples: Int, _ options: PredictionOptions
    ) throws {
        try options.requireKnown(by: self)
        let draw = try ClipDraw(options)
        try draw.validate(samples: samples)
        try check(frames: inputs.frames, classes: inputs.classes, actions: inputs.actions)
        guard draw.length != nil else { return }
        let given = clipSizes.givenFrames
        guard inputs.actions == nil, given > 0, given < clipSizes.frames else {
            throw ConfigurationError.invalid(
                PredictionOption.length.name,
                expected: "none: only clips conditioned on some of their frames alone continue",
                found: draw.length ?? 0)
        }
    }

    /// Draws the samples in batches; with `length` window by window, with `bestOf` the likeliest of
    /// as many.
    public func predict(
        _ inputs: PredictionInputs, samples: Int, options: PredictionOptions,
        random: RandomStream, progress: ProgressHandler?
    ) throws -> PredictedClips {
        try check(inputs, samples: samples, options)
        let draw = try ClipDraw(options)
        let drawn = draw.bestOf ?? samples
        let sampler = VideoSampler(
            self, format: draw.isHalf ? .bfloat16 : .float32,
            batch: min(draw.batch ?? Self.usualBatch, drawn * inputs.count))
        if let length = draw.length, let frames = inputs.frames {
            let rollout = try sampler.rollout(
                frames: frames, length: length, classes: inputs.classes, samples: samples,
                options: draw.sampling, random: random, progress: progress)
            return PredictedClips(codes: rollout.windows, video: rollout.video)
        }
        let condition = sampler.condition(
            frames: inputs.frames, classes: inputs.classes, actions: inputs.actions)
        let codes = try sampler.codes(
            condition, samples: drawn, options: draw.sampling, random: random,
            progress: progress)
        let prediction = sampler.decoded(draw.bestOf == nil ? codes : codes.best)
        return PredictedClips(codes: [prediction.codes], video: prediction.video)
    }

    /// The number of samples at once: each has a cache of its own.
    private static let usualBatch = 8
}

/// The options of a prediction by a ``VideoPredictor``.
private struct ClipDraw {
    let sampling: SamplingOptions
    let bestOf: Int?
    let length: Int?
    let batch: Int?
    /// Whether weights and cache are stored as bfloat16.
    let isHalf: Bool

    init(_ options: PredictionOptions) throws(ConfigurationError) {
        sampling = SamplingOptions(
            temperature: try options.value(.temperature) ?? 1,
            topK: try options.value(.topK), topP: try options.value(.topP) ?? 1,
            isGreedy: try options.value(.greedy) ?? false)
        bestOf = try options.value(.bestOf)
        length = try options.value(.length)
        batch = try options.value(.batch)
        isHalf = try options.value(.bfloat16) ?? false
    }

    func validate(samples: Int) throws {
        try sampling.validate()
        for (option, value) in [
            (PredictionOption.bestOf, bestOf), (.length, length), (.batch, batch),
        ] {
            guard let value, value < 1 else { continue }
            throw ConfigurationError.invalid(option.name, expected: "1 or more", found: value)
        }
        guard bestOf == nil || length == nil else {
            throw ConfigurationError.invalid(
                PredictionOption.bestOf.name, expected: "none together with length",
                found: bestOf ?? 0)
        }
        let most = bestOf != nil || sampling.isGreedy ? 1 : Int.max
        guard (1...most).contains(samples) else {
            throw ModelInputError(
                "samples", expected: most == 1 ? "1 with greedy or bestOf" : "1 or more",
                found: "\(samples)")
        }
    }
}
