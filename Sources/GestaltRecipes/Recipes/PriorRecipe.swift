import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltMotion
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains a prior over the codes of a trained, frozen tokenizer.
///
/// Clips are encoded once, at every `startInterval`-th start, and the codes are stored in the run's
/// folder.
public struct PriorRecipe: CodeRecipe {
    public static let kind = "prior"
    public static let usualPreset = VideoPredictorConfiguration.Preset.small

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
    /// The frame encoder of a new prior by its name in `FrameNetworks`, `dense:16`; nil for that of
    /// the preset or of ``encoderModel``.
    public var encoder: ComponentName?
    /// A forecaster, or a predictor with a dense frame encoder, as ``OpenedModel`` reads it: the
    /// frame encoder of a new prior starts from its dense encoder, and the layer of forecasts from
    /// its own if ``terms`` are the same.
    public var encoderModel: String?
    /// The learning rate factor of the frame encoder, nil for 1; with 0 it is frozen and keeps
    /// every bit.
    public var encoderRate: Double?
    /// The weights of the terms of the loss by name: `codes`, the codes of the clip, 1 where it is
    /// not listed; and those of ``EncoderRecipe/terms``, forecast from the frame encoder's features
    /// of the last conditioning frame, which must be dense. A weight of 0 turns a term off.
    public var terms: [String: Double]?
    /// Thresholds and horizons of the targets of ``terms``; nil for the defaults.
    public var motion: MotionSettings?
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
    /// Frozen paths in the predictor, `prior.blocks.0` for example; the tokenizer is always frozen.
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

    public var sources: [String] { [model, encoderModel].compactMap { $0 } }

    public func validate() throws {
        try validateOptimization()
        guard !isAligned || conditioningFrames > 0 else {
            throw ConfigurationError.invalid(
                "isAligned", expected: "false without conditioning frames", found: true)
        }
        try validateEncoder()
        try validateTerms()
        try validateWindows()
        guard conditioningFrames >= 0 else {
            throw ConfigurationError.invalid(
                "conditioningFrames", expected: "0 or more", found: conditioningFrames)
        }
    }

    /// Trains a new prior on a tokenizer, or a predictor further, which then determines
    /// conditioning, clip length and kind of attention.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<VideoPredictor> {
        let beginning = try required(beginning)
        let model = try beginning.video()
        var own = self
        if let configuration = model.predictor?.configuration {
            guard encoder == nil, encoderModel == nil else {
                throw ConfigurationError.invalid(
                    encoder == nil ? "encoderModel" : "encoder",
                    expected: "none: \(beginning.path) has its own frame encoder",
                    found: encoder?.description ?? encoderModel ?? "")
            }
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
        let forecasts = try self.forecasts
        try clips.fit(
            to: beginning.frameTarget, frames: max(clipLength, forecasts.neededFrames))
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        let sets = [set] + (evaluationSet.map { [$0] } ?? [])
        try set.requireOneSize()
        let model = try start(beginning, for: set.info(at: 0), options)
        for clips in sets { try requireFit(clips, model) }
        try requireParts(of: model)
        try requireSameTokenizer(as: model, and: frozenEncoder, run)
        try forecasts.requireTargets(in: set)
        try run.requireMemory(
            model, plan: plan, batch: optimization.batchSize,
            trial: trial(model, forecasts, held: forecasts.motionBytes(of: sets)))
        // Before the folder is made: a moving camera leaves no trace.
        let examples = try examples(forecasts, of: set, run)
        let others = try evaluationSet.flatMap { try self.examples(forecasts, of: $0, run) }
        try run.begin(data: sets)
        let mirrors = flip && !usesActions(model)
        let coded = try encoded(set, model, mirrors: mirrors, name: "train", run)
        let evaluator = try evaluationSet.map {
            try self.evaluator($0, others, model, trained: coded, run)
        }
        let task = PriorTask(
            batches: batches(coded, set, model, .shuffled(seed: seed), examples),
            evaluator: evaluator, checkpointing: checkpointing, codesWeight: codesWeight)
        return try run.train(
            model, task, optimizer: optimizer, plan: plan, title: "prior"
        ) { _ in
            "A prior over the codes of a video tokenizer, trained on clips of \(clipLength) frames of "
                + "\(set), conditioned on \(conditioningFrames)."
        }
    }
}
