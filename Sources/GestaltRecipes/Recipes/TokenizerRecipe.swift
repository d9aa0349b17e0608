import GestaltData
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains a video tokenizer on clips.
///
/// ```swift
/// let recipe = TokenizerRecipe<VQVAE>(data: DataChoice("sample"), preset: .tiny)
/// ```
public struct TokenizerRecipe<Tokenizer: VideoTokenizer>: Recipe {
    public static var kind: String { tokenizerRecipeKind }
    /// The kind of the tokenizer.
    public private(set) var tokenizer = Tokenizer.Configuration.kind

    public var data: DataChoice
    /// A tokenizer to train further, as ``OpenedModel`` reads it; its configuration applies. Nil
    /// starts from scratch.
    public var model: String?
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    public var settings: [String: String]?
    /// Its `dataVariance`, if nil, is measured over the training split before the first step.
    public var configuration: Tokenizer.Configuration
    /// Frames of a training clip.
    public var clipLength: Int
    public var steps: Int
    public var batch: Int
    /// The learning rate after the warm-up, with Adam.
    public var learningRate: Double
    /// The number of warm-up steps.
    public var warmUpSteps: Int
    /// Whether the learning rate decays to 0 over the run, by half a cosine, or stays constant.
    public var decaysRate: Bool
    /// The bound on the norm of all gradients; nil disables clipping.
    public var gradientNorm: Float?
    /// The decay of the average of the weights; nil for no average.
    public var averageDecay: Float?
    /// The changes of clips, all frames alike; `.flip` by default. CutMix and copy-paste need masks
    /// and do not apply.
    public var augmentation: Augmentation
    public var evaluationInterval: Int
    public var checkpointInterval: Int
    public var seed: UInt64

    /// The defaults for small tokenizers: a learning rate of 1e-3 with warm-up and half a cosine of
    /// decay, mirrored clips.
    public init(
        data: DataChoice, configuration: Tokenizer.Configuration, steps: Int = 3_000,
        seed: UInt64 = 0
    ) {
        self.data = data
        self.configuration = configuration
        clipLength = 16
        self.steps = steps
        batch = 8
        learningRate = 1e-3
        warmUpSteps = min(50, steps / 10)
        decaysRate = true
        gradientNorm = 1
        averageDecay = nil
        augmentation = .flip
        evaluationInterval = max(1, steps / 5)
        checkpointInterval = max(1, min(500, steps / 5))
        self.seed = seed
    }

    /// The defaults for a named configuration of the tokenizer.
    /// - Parameter preset: by default `small`, or the first where there is none.
    /// - Throws: `ConfigurationError` that lists the presets of the tokenizer.
    public init(
        data: DataChoice, preset name: String? = nil, steps: Int? = nil, seed: UInt64 = 0
    ) throws(ConfigurationError) {
        let presets = Tokenizer.Configuration.presets
        let usual = presets.contains { $0.key == "small" } ? "small" : presets.first?.key
        guard let name = name ?? usual, let found = presets.first(where: { $0.key == name }) else {
            throw .invalid(
                "preset", expected: presets.map(\.key).joined(separator: ", "),
                found: name ?? "none")
        }
        if let preset = VQVAEConfiguration.Preset(rawValue: name),
            let own = TokenizerRecipe<VQVAE>(data: data, preset: preset, steps: steps, seed: seed)
                as? Self
        {
            self = own
            return
        }
        self.init(data: data, configuration: found.value, steps: steps ?? 3_000, seed: seed)
    }

    public func validate() throws {
        try configuration.validate()
        try validateNumbers(
            steps: steps, batch: batch, learningRate: learningRate,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval)
        guard clipLength > 0, model != nil || clipLength % configuration.strides.time == 0 else {
            throw ConfigurationError.invalid(
                "clipLength",
                expected: "a multiple of the temporal stride \(configuration.strides.time)",
                found: clipLength)
        }
        guard (0..<steps).contains(warmUpSteps) else {
            throw ConfigurationError.invalid(
                "warmUpSteps", expected: "0 or more and fewer than \(steps) steps",
                found: warmUpSteps)
        }
        if let averageDecay, !(0..<1).contains(averageDecay) {
            throw ConfigurationError.invalid(
                "averageDecay", expected: "at least 0 and below 1", found: averageDecay)
        }
        try validateGradientNorm(gradientNorm)
        try augmentation.validate()
    }

    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Tokenizer> {
        guard let beginning else { return try train(nil as Tokenizer?, options) }
        guard let earlier = try beginning.tokenizer() as? Tokenizer else {
            throw beginning.mismatch(
                ModelNeed("a tokenizer of kind “\(tokenizer)”", recipes: [Self.kind]))
        }
        var own = self
        own.configuration = earlier.configuration
        return try own.train(earlier, options)
    }

    private func train(
        _ earlier: Tokenizer?, _ options: RunOptions
    ) throws -> Trained<Tokenizer> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .ignored, options)
        let strides = configuration.strides
        try clips.fit(
            to: .multiple(height: strides.height, width: strides.width), frames: clipLength)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        let measured = try measured(configuration, on: set)
        let sizes = Set(set.infos().map(\.size)).sorted()
        for size in sizes {
            _ = try measured.latentShape(
                time: clipLength, height: size.height, width: size.width)
        }
        var random = RandomStream(seed: seed).split(.max)
        var tokenizer = Tokenizer(measured, random: &random)
        if let earlier { tokenizer.take(earlier) }
        try run.begin(
            tokenizer, plan: plan, batch: batch, data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: trial(measured, sizes[sizes.count - 1]))
        let task = TokenizerTask<Tokenizer>(
            batches: try ClipBatches(
                set, length: clipLength, batchSize: batch, order: .shuffled(seed: seed),
                augmentation: augmentation),
            evaluation: try evaluationSet.map {
                try ClipBatches($0, length: clipLength, batchSize: batch, order: .once)
            })
        return try run.train(
            tokenizer, task, optimizer: Adam(), plan: plan, title: "tokenizer"
        ) { _ in
            "A video tokenizer trained on clips of \(clipLength) frames of \(set).\n"
                + "Variance of the data: \(set.pixelVariance)."
        }
    }

    private var plan: TrainingPlan {
        let rest: Schedule =
            decaysRate
            ? .cosine(from: learningRate, steps: steps - warmUpSteps) : .constant(learningRate)
        return TrainingPlan(
            steps: steps,
            schedule: warmUpSteps > 0 ? .warmUp(steps: warmUpSteps, then: rest) : rest,
            gradientNorm: gradientNorm, averageDecay: averageDecay,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval,
            seed: seed)
    }

    private func trial(
        _ configuration: Tokenizer.Configuration, _ frame: FrameSize
    ) -> TrialStep<Tokenizer> {
        let strides = configuration.strides
        let size = TrialSize(
            height: frame.height, width: frame.width, multiple: max(strides.height, strides.width))
        return TrialStep(scale: size.scale) { count in
            let clips = Tensor<Float>.zeros([count, clipLength, size.height, size.width, 3])
            return { $0.trainingPass(clips, $1).loss }
        }
    }

    /// Returns the configuration with the variance of `clips`, unless it has one.
    /// - Throws: the tokenizer's error when the clips are all of one color.
    private func measured(
        _ configuration: Tokenizer.Configuration, on clips: DataSet
    ) throws -> Tokenizer.Configuration {
        let result = configuration.measured(pixelVariance: Float(clips.pixelVariance))
        try result.validate()
        return result
    }
}

extension TokenizerRecipe where Tokenizer == VQVAE {
    /// The defaults for a preset.
    ///
    /// `publicBAIR` has the public code's: a constant 3e-4 and no augmentation. The small ones
    /// learn faster with 1e-3, a warm-up, decay and mirrored clips.
    public init(
        data: DataChoice, preset: VQVAEConfiguration.Preset, steps: Int? = nil, seed: UInt64 = 0
    ) {
        let usual =
            switch preset {
            case .publicBAIR: 100_000
            case .small: 3_000
            case .tiny: 300
            }
        self.init(
            data: data, configuration: preset.configuration, steps: steps ?? usual, seed: seed)
        guard preset == .publicBAIR else { return }
        learningRate = 3e-4
        warmUpSteps = 0
        decaysRate = false
        gradientNorm = nil
        augmentation = .none
    }
}
