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
    /// The changes of clips, all frames alike; `.flip` by default. CutMix and copy-paste need masks
    /// and do not apply.
    public var augmentation: Augmentation
    public var optimization: Optimization

    /// - Parameter training: by default that of the tokenizer's sizes without a name.
    public init(
        data: DataChoice, configuration: Tokenizer.Configuration,
        training: TokenizerTraining = Tokenizer.Configuration.training(preset: nil),
        steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.configuration = configuration
        clipLength = configuration.clipLengths.shortest(atLeast: training.clipLength)
        augmentation = training.flips ? .flip : .none
        let steps = steps ?? training.steps
        optimization = .video(
            steps: steps, batchSize: training.batchSize, learningRate: training.learningRate,
            warmUpSteps: min(training.warmUpSteps, steps / 10), seed: seed)
        optimization.optimizer = .adam(beta1: training.beta1, beta2: training.beta2)
        optimization.schedule = training.isConstant ? .constant : .cosine
        optimization.gradientNorm = training.gradientNorm
        optimization.averageDecay = training.averageDecay
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
        self.init(
            data: data, configuration: found.value,
            training: Tokenizer.Configuration.training(preset: name), steps: steps, seed: seed)
    }

    public func validate() throws {
        try configuration.validate()
        try validateOptimization()
        let lengths = configuration.clipLengths
        guard clipLength > 0, model != nil || lengths.slots(of: clipLength) != nil else {
            let nearest = [
                lengths.longest(atMost: clipLength), lengths.shortest(atLeast: clipLength),
            ].compactMap { $0 }
            throw ConfigurationError.invalid(
                "clipLength",
                expected: "one of the tokenizer's lengths, \(lengths), such as "
                    + nearest.map(String.init).joined(separator: " or "),
                found: clipLength)
        }
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
            tokenizer, plan: optimization.plan(), batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: trial(measured, sizes[sizes.count - 1]))
        let batches = try ClipBatches(
            set, length: clipLength, batchSize: optimization.batchSize,
            order: .shuffled(seed: seed), augmentation: augmentation)
        if earlier == nil {
            tokenizer.begin(with: try batches.batch(at: 0).frames, random: &random)
        }
        let evaluation = try evaluationSet.map {
            try ClipBatches($0, length: clipLength, batchSize: optimization.batchSize, order: .once)
        }
        return try run.train(
            tokenizer, TokenizerTask<Tokenizer>(batches: batches, evaluation: evaluation),
            optimizer: optimization.optimizer(), plan: optimization.plan(), title: "tokenizer"
        ) { _ in
            "A video tokenizer trained on clips of \(clipLength) frames of \(set).\n"
                + "Variance of the data: \(set.pixelVariance)."
        }
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
    public init(
        data: DataChoice, preset: VQVAEConfiguration.Preset, steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.init(
            data: data, configuration: preset.configuration,
            training: VQVAEConfiguration.training(preset: preset.rawValue), steps: steps,
            seed: seed)
    }
}
