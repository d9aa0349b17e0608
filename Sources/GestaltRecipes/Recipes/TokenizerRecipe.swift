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
public struct TokenizerRecipe: Recipe {
    public static let kind = "tokenizer"

    public var data: DataChoice
    /// A tokenizer whose training goes on, as ``OpenedModel`` reads it; its configuration stands.
    /// Nil begins with a fresh one.
    public var model: String?
    /// What a bare VideoGPT checkpoint at ``model`` leaves out, by VideoGPT's names.
    public var settings: [String: String]?
    /// Its `dataVariance`, where nil, is measured over the training split before the first step.
    public var configuration: VQVAEConfiguration
    /// Frames of a training clip.
    public var window: Int
    public var steps: Int
    public var batch: Int
    /// The rate after the warm-up; Adam's.
    public var learningRate: Double
    /// Steps in which the rate rises to it.
    public var warmUpSteps: Int
    /// Whether the rate falls to 0 over the run, by half a cosine, or stays.
    public var decaysRate: Bool
    /// Bound on the norm of all gradients; nil leaves them.
    public var gradientNorm: Float?
    /// Decay of the average of the weights; nil keeps none.
    public var averageDecay: Float?
    public var augmentation: Augmentation
    public var evaluationInterval: Int
    public var checkpointInterval: Int
    public var seed: UInt64

    /// The usual choices for a preset.
    ///
    /// `publicBAIR` has the public code's: a constant 3e-4 and no augmentation. The small ones learn
    /// faster with 1e-3, a warm-up, a falling rate and mirrored clips.
    public init(
        data: DataChoice, preset: VQVAEConfiguration.Preset, steps: Int? = nil,
        seed: UInt64 = 0
    ) {
        self.data = data
        configuration = preset.configuration
        window = 16
        let usual =
            switch preset {
            case .publicBAIR: 100_000
            case .small: 3_000
            case .tiny: 300
            }
        self.steps = steps ?? usual
        batch = 8
        let isPublic = preset == .publicBAIR
        learningRate = isPublic ? 3e-4 : 1e-3
        warmUpSteps = isPublic ? 0 : min(50, self.steps / 10)
        decaysRate = !isPublic
        gradientNorm = isPublic ? nil : 1
        averageDecay = nil
        augmentation = isPublic ? .none : Augmentation(flip: 0.5)
        evaluationInterval = max(1, self.steps / 5)
        checkpointInterval = max(1, min(500, self.steps / 5))
        self.seed = seed
    }

    public func validate() throws {
        try configuration.validate()
        try validateNumbers(
            steps: steps, batch: batch, learningRate: learningRate,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval)
        guard window > 0, model != nil || window % configuration.strides.time == 0 else {
            throw ConfigurationError.invalid(
                "window",
                expected: "a multiple of the temporal stride \(configuration.strides.time)",
                found: window)
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
    ) throws -> Trained<VQVAE> {
        guard let earlier = try beginning?.tokenizer() else {
            return try train(nil as VQVAE?, options)
        }
        var own = self
        own.configuration = earlier.configuration
        return try own.train(earlier, options)
    }

    private func train(
        _ earlier: VQVAE?, _ options: RunOptions
    ) throws -> Trained<VQVAE> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .ignored, options)
        let strides = configuration.strides
        try clips.fit(
            to: .multiple(height: strides.height, width: strides.width), frames: window)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        let measured = try measured(configuration, on: set)
        _ = try measured.latentShape(
            time: window, height: set.clips[0].height, width: set.clips[0].width)
        var random = RandomStream(seed: seed).split(.max)
        var tokenizer = earlier ?? VQVAE(measured, random: &random)
        tokenizer.configuration = measured
        try run.begin(
            tokenizer, plan: plan, batch: batch, data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: trial(measured, set.clips[0]))
        let task = TokenizerTask(
            batches: try ClipBatches(
                set.clips, length: window, batchSize: batch, order: .shuffled(seed: seed),
                augmentation: augmentation),
            evaluation: try evaluationSet.map {
                try ClipBatches($0.clips, length: window, batchSize: batch, order: .once)
            })
        return try run.train(
            tokenizer, task, optimizer: Adam(), plan: plan, title: "tokenizer"
        ) { tokenizer in
            "A video tokenizer trained on clips of \(window) frames of \(set).\n"
                + "Variance of the data: \(tokenizer.configuration.dataVariance ?? 0)."
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
        _ configuration: VQVAEConfiguration, _ clip: Clip
    ) -> TrialStep<VQVAE> {
        let strides = configuration.strides
        let size = TrialSize(
            height: clip.height, width: clip.width, multiple: max(strides.height, strides.width))
        return TrialStep(scale: size.scale) { count in
            let clips = Tensor<Float>.zeros([count, window, size.height, size.width, 3])
            return { $0(clips, $1).loss }
        }
    }

    /// The configuration with the variance of `clips`, unless it has one.
    /// - Throws: the tokenizer's error when the clips are all of one color.
    private func measured(
        _ configuration: VQVAEConfiguration, on clips: DataSet
    ) throws -> VQVAEConfiguration {
        var result = configuration
        if result.dataVariance == nil { result.dataVariance = Float(clips.pixelVariance) }
        try result.validate()
        return result
    }
}
