import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains a prior over the codes of a trained, frozen tokenizer.
///
/// Clips are encoded once, at every `startInterval`-th start, and the codes are stored in the run's
/// folder.
public struct PriorRecipe: Recipe {
    public static let kind = "prior"

    public var data: DataChoice
    /// The trained tokenizer, or a predictor to train further: a folder, or a checkpoint as
    /// ``OpenedModel`` reads it; nil for a tokenizer in memory, see ``train(on:_:)``.
    public var model: String?
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    public var settings: [String: String]?
    public var preset: VideoPredictorConfiguration.Preset
    /// The number of conditioning frames, from the first; 0 for none.
    public var conditioningFrames: Int
    /// Whether the last conditioning frame is also added to the tokens cell by cell; see
    /// `FrameConditioning.isAligned`.
    public var isAligned: Bool
    /// Whether it is also conditioned on the clips' actions; their mirror images are then omitted.
    public var takesActions: Bool
    public var attention: PriorConfiguration.Attention
    /// Dropout probability; nil for the preset's.
    public var dropout: Float?
    public var attentionDropout: Float?
    /// Random masking of codes; nil masks none.
    public var codeDropout: PriorConfiguration.CodeDropout?
    /// Frames of a clip.
    public var clipLength: Int
    /// Frames between the starts of windows of one clip.
    public var startInterval: Int
    /// Frozen paths in the predictor, `prior.resnet` for example; the tokenizer is always frozen.
    public var frozen: [String]
    /// Whether activations are recomputed in the backward pass: less memory, a third more time.
    public var checkpointing: Bool
    public var flip: Bool
    public var optimization: Optimization

    /// The defaults of a preset: `publicBAIR` has the public code's, a learning rate of 3e-4
    /// without warm-up or clipping; the small ones learn faster with 1e-3 and a warm-up.
    public init(
        data: DataChoice, model: String? = nil, preset: VideoPredictorConfiguration.Preset,
        steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        self.preset = preset
        let isPublic = preset == .publicBAIR
        conditioningFrames = 1
        isAligned = !isPublic
        takesActions = false
        attention = .full
        codeDropout = isPublic ? nil : PriorConfiguration.CodeDropout()
        clipLength = 16
        startInterval = 4
        let usual =
            switch preset {
            case .publicBAIR: 100_000
            case .small: 2_000
            case .tiny: 200
            }
        let count = steps ?? usual
        frozen = []
        checkpointing = isPublic
        flip = !isPublic
        optimization = .video(
            steps: count, batchSize: isPublic ? 8 : 4, learningRate: isPublic ? 3e-4 : 1e-3,
            warmUpSteps: isPublic ? 0 : min(100, count / 10), seed: seed)
        if isPublic { optimization.gradientNorm = nil }
    }

    public func validate() throws {
        try validateOptimization()
        guard !isAligned || conditioningFrames > 0 else {
            throw ConfigurationError.invalid(
                "isAligned", expected: "false without conditioning frames", found: true)
        }
        for (key, value, least) in [
            ("clipLength", clipLength, 1), ("startInterval", startInterval, 1),
            ("conditioningFrames", conditioningFrames, 0),
        ] where value < least {
            throw ConfigurationError.invalid(key, expected: "\(least) or more", found: value)
        }
    }

    /// Trains a new prior on a tokenizer, or a predictor further, which then determines
    /// conditioning, clip length and kind of attention.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<VideoPredictor> {
        guard let beginning else {
            throw ConfigurationError.invalid(
                "model", expected: "the folder of a trained tokenizer", found: "none")
        }
        let model = try beginning.video()
        var own = self
        if let configuration = model.predictor?.configuration {
            own.clipLength = configuration.clipLength
            own.conditioningFrames = configuration.prior.conditioning?.frames ?? 0
            own.isAligned = configuration.prior.conditioning?.isAligned ?? false
            own.takesActions = configuration.prior.actionWidth != nil
            own.attention = configuration.prior.attention
            own.dropout = configuration.prior.dropout
            own.attentionDropout = configuration.prior.attentionDropout
            own.codeDropout = configuration.prior.codeDropout
        }
        return try own.train(from: model, options)
    }

    /// Trains a new prior on a tokenizer in memory. To resume, pass the same one.
    public func train(
        on tokenizer: any VideoTokenizer, _ options: RunOptions = RunOptions()
    ) throws -> Trained<VideoPredictor> {
        try train(from: VideoModel(tokenizer), options)
    }

    private func train(
        from beginning: VideoModel, _ options: RunOptions
    ) throws -> Trained<VideoPredictor> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .ignored, options)
        try clips.fit(to: beginning.frameTarget, frames: clipLength)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        try set.requireOneSize()
        let model = try start(beginning, for: set.info(at: 0))
        for clips in [set, evaluationSet].compactMap({ $0 }) { try requireFit(clips, model) }
        try requireParts(of: model)
        try requireSameTokenizer(as: model, run)
        try run.begin(
            model, plan: plan, batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: trial(model))
        let mirrors = flip && !usesActions(model)
        let coded = try encoded(set, model, mirrors: mirrors, name: "train", run)
        let evaluator = try evaluationSet.map { evaluationSet in
            let others = try encoded(evaluationSet, model, mirrors: false, name: "evaluation", run)
            return PriorEvaluator(
                batches(others, evaluationSet, model, .once), trained: coded,
                codes: model.configuration.prior.codeCount)
        }
        let task = PriorTask(
            batches: batches(coded, set, model, .shuffled(seed: seed)), evaluator: evaluator,
            checkpointing: checkpointing)
        return try run.train(
            model, task, optimizer: optimization.optimizer(), plan: plan, title: "prior"
        ) { _ in
            "A prior over the codes of a video tokenizer, trained on clips of \(clipLength) frames of "
                + "\(set), conditioned on \(conditioningFrames)."
        }
    }
}

extension PriorRecipe {
    private func start(_ beginning: VideoModel, for clip: ClipInfo) throws -> VideoPredictor {
        if let predictor = beginning.predictor { return predictor }
        let tokenizer = beginning.tokenizer
        var configuration = try VideoPredictorConfiguration(
            preset, tokenizer: tokenizer.configuration, frames: clipLength, height: clip.height,
            width: clip.width, conditioningFrames: conditioningFrames,
            isAligned: isAligned,
            actionWidth: takesActions ? clip.actionWidth ?? 4 : nil, attention: attention,
            codeDropout: codeDropout)
        if let dropout { configuration.prior.dropout = dropout }
        if let attentionDropout { configuration.prior.attentionDropout = attentionDropout }
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        return VideoPredictor(configuration, tokenizer: tokenizer, random: &random)
    }

    private func trial(_ model: VideoPredictor) -> TrialStep<VideoPredictor> {
        let (sizes, prior) = (model.configuration, model.configuration.prior)
        let (height, width) = (sizes.frameHeight, sizes.frameWidth)
        let clip = Tensor<Float>.zeros([1, sizes.clipLength, height, width, 3])
        let encoding = peakBytes { _ = model.tokenizer.encode(clip) }
        return TrialStep(isLarge: true, elsewhere: 8 * encoding) { count in
            let given = prior.conditioning?.frames
            let batch = CodedBatch(
                codes: .zeros([count, prior.latent.time, prior.latent.height, prior.latent.width]),
                frames: given.map { .zeros([count, $0, height, width, 3]) },
                actions: prior.actionWidth.map { .zeros([count, sizes.clipLength, $0]) })
            return { $0.loss(batch, checkpointing: checkpointing, $1) }
        }
    }

    private func usesActions(_ model: VideoPredictor) -> Bool {
        model.configuration.prior.actionWidth != nil
    }

    /// - Throws: `ConfigurationError` when the clips do not fit the model.
    private func requireFit(_ set: DataSet, _ model: VideoPredictor) throws {
        let configuration = model.configuration
        let (height, width) = (configuration.frameHeight, configuration.frameWidth)
        for clip in set.infos() {
            guard clip.height == height, clip.width == width else {
                throw ConfigurationError.invalid(
                    "data", expected: "clips of \(height) × \(width) pixels",
                    found: "\(clip.name) of \(clip.height) × \(clip.width)")
            }
            guard !usesActions(model) || clip.actionWidth == configuration.prior.actionWidth
            else {
                throw ConfigurationError.invalid(
                    "data",
                    expected: "clips with actions of width \(configuration.prior.actionWidth!)",
                    found: "\(clip.name) with \(clip.actionWidth.map { "width \($0)" } ?? "none")")
            }
        }
        guard configuration.clipLength == clipLength else {
            throw ConfigurationError.invalid(
                "clipLength", expected: "the model's \(configuration.clipLength) frames",
                found: clipLength)
        }
        guard configuration.prior.classes == nil else {
            throw ConfigurationError.invalid(
                "model", expected: "a prior without classes: clips carry none",
                found: "\(configuration.prior.classes!) classes")
        }
    }

    /// - Throws: `ConfigurationError` for a frozen path that does not exist.
    private func requireParts(of model: VideoPredictor) throws {
        let paths = model.state.map(\.path)
        for part in frozen where !paths.contains(where: Freezing([part]).covers) {
            throw ConfigurationError.invalid(
                "frozen", expected: "paths of the predictor, such as prior.resnet", found: part)
        }
    }

    /// Checks the tokenizer, which comes from the current model; the prior comes from the
    /// checkpoint.
    private func requireSameTokenizer(
        as model: VideoPredictor, _ run: RecipeRun<Self>
    ) throws {
        guard run.options.resumes, let path = run.folder?.existingLastCheckpoint else { return }
        try Checkpoint(reading: path)
            .requireSame("tokenizer", as: model, expected: "the tokenizer this run began with")
    }

    private func encoded(
        _ set: DataSet, _ model: VideoPredictor, mirrors: Bool, name: String,
        _ run: RecipeRun<Self>
    ) throws -> CodedWindows {
        let bar =
            run.options.showsProgress
            ? ProgressBar("encoding \(set.split.folder)", total: 0, unit: "windows") : nil
        defer { bar?.finish() }
        return try CodedWindows(
            set, length: clipLength, interval: startInterval, mirrors: mirrors,
            tokenizer: model.tokenizer, keptAt: run.folder?.codes(name),
            progress: run.progress(on: bar))
    }

    private func batches(
        _ coded: CodedWindows, _ set: DataSet, _ model: VideoPredictor, _ order: BatchOrder
    ) -> CodedBatches {
        CodedBatches(
            coded, of: set, batchSize: optimization.batchSize, order: order,
            given: model.configuration.prior.conditioning?.frames ?? 0,
            takesActions: usesActions(model))
    }

    private var plan: TrainingPlan {
        optimization.plan(freezing: Freezing(["tokenizer"] + frozen))
    }
}
