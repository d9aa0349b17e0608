import GestaltData
import GestaltIO
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// Trains a masked prior over the codes of a trained, frozen tokenizer.
///
/// Clips, and their first frames repeated to the same length, are encoded once at every
/// `startInterval`-th start; the codes are stored in the run's folder.
public struct MaskedPriorRecipe: Recipe {
    public static let kind = "masked-prior"

    public var data: DataChoice
    /// The trained tokenizer, or a masked predictor to train further, as ``OpenedModel`` reads it.
    public var model: String?
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    public var settings: [String: String]?
    public var preset: MaskedPredictorConfiguration.Preset
    public var condition: MaskCondition.Mode
    /// Dropout probability.
    public var dropout: Float
    /// The share of samples that are learned without condition; guidance needs some.
    public var unconditionalShare: Double
    public var objective: MaskObjective
    /// Frames of a clip.
    public var clipLength: Int
    /// Frames between the starts of windows of one clip.
    public var startInterval: Int
    public var flip: Bool
    public var optimization: Optimization

    /// The defaults: AdamW with betas 0.9 and 0.96, weight decay 0.045 on the kernels of linear
    /// layers, a warm-up, half a cosine, gradients of norm 1 at most.
    public init(
        data: DataChoice, model: String? = nil, preset: MaskedPredictorConfiguration.Preset,
        steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        self.preset = preset
        condition = .still
        dropout = 0.1
        unconditionalShare = 0
        objective = MaskObjective()
        clipLength = 17
        startInterval = 4
        flip = true
        let count = steps ?? (preset == .tiny ? 200 : 2_000)
        optimization = .video(
            steps: count, batchSize: 8, learningRate: 1e-3, warmUpSteps: min(100, count / 10),
            seed: seed)
        optimization.optimizer = .adamW(beta1: 0.9, beta2: 0.96)
        optimization.weightDecay = 0.045
    }

    public func validate() throws {
        try validateOptimization()
        for (key, value) in [("clipLength", clipLength), ("startInterval", startInterval)]
        where value < 1 {
            throw ConfigurationError.invalid(key, expected: "1 or more", found: value)
        }
        do { try objective.validate() } catch { throw error.below("objective") }
        guard dropout >= 0, dropout < 1 else {
            throw ConfigurationError.invalid(
                "dropout", expected: "at least 0 and below 1", found: dropout)
        }
        guard (0...1).contains(unconditionalShare) else {
            throw ConfigurationError.invalid(
                "unconditionalShare", expected: "0 to 1", found: unconditionalShare)
        }
    }

    /// Trains a new prior on a tokenizer, or a masked predictor further, which then determines
    /// sizes, condition and clip length.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<MaskedPredictor> {
        guard let beginning else {
            throw ConfigurationError.invalid(
                "model", expected: "the folder of a trained tokenizer", found: "none")
        }
        var own = self
        let predictor = beginning.model as? MaskedPredictor
        if let sizes = predictor?.configuration {
            own.clipLength = sizes.clipLength
            own.condition = sizes.prior.condition
            own.dropout = sizes.prior.dropout
            own.unconditionalShare = sizes.prior.unconditionalShare
            own.objective = sizes.prior.objective
        }
        return try own.train(on: try beginning.tokenizer(), predictor, options)
    }

    private func train(
        on tokenizer: any VideoTokenizer, _ earlier: MaskedPredictor?, _ options: RunOptions
    ) throws -> Trained<MaskedPredictor> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .ignored, options)
        try clips.fit(to: tokenizer.configuration.frameTarget, frames: clipLength)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        try set.requireOneSize()
        let model = try earlier ?? start(tokenizer, for: set.info(at: 0))
        for clips in [set, evaluationSet].compactMap({ $0 }) { try requireFit(clips, model) }
        try requireSameTokenizer(as: model, run)
        try run.begin(
            model, plan: plan, batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []), trial: trial(model))
        let task = MaskedPriorTask(
            batches: try batches(
                set, model, mirrors: flip, .shuffled(seed: seed), name: "train", run),
            evaluation: try evaluationSet.map {
                try batches($0, model, mirrors: false, .once, name: "evaluation", run)
            })
        return try run.train(
            model, task, optimizer: optimization.optimizer(groups: groups), plan: plan,
            title: "masked prior"
        ) { _ in
            "A masked prior over the codes of a video tokenizer, trained on clips of "
                + "\(clipLength) frames of \(set), condition \(condition.rawValue)."
        }
    }
}

extension MaskedPriorRecipe {
    private func start(
        _ tokenizer: any VideoTokenizer, for clip: ClipInfo
    ) throws -> MaskedPredictor {
        var sizes = try MaskedPredictorConfiguration(
            preset, tokenizer: tokenizer.configuration, frames: clipLength, height: clip.height,
            width: clip.width, condition: condition)
        sizes.prior.dropout = dropout
        sizes.prior.unconditionalShare = unconditionalShare
        sizes.prior.objective = objective
        try sizes.validate()
        var random = RandomStream(seed: seed).split(.max)
        return MaskedPredictor(sizes, tokenizer: tokenizer, random: &random)
    }

    private func trial(_ model: MaskedPredictor) -> TrialStep<MaskedPredictor> {
        let grid = model.configuration.prior.grid.array
        let clip = Tensor<Float>.zeros([
            1, model.configuration.clipLength, model.configuration.frameHeight,
            model.configuration.frameWidth, 3,
        ])
        let encoding = peakBytes { _ = model.tokenizer.encode(clip) }
        return TrialStep(isLarge: true, elsewhere: 8 * encoding) { count in
            let codes = Tensor<Int32>.zeros(Shape([count] + grid))
            return { $0.loss(MaskedBatch(codes: codes, still: codes), $1).loss }
        }
    }

    /// - Throws: `ConfigurationError` when the clips do not fit the model.
    private func requireFit(_ set: DataSet, _ model: MaskedPredictor) throws {
        let sizes = model.configuration
        for clip in set.infos()
        where clip.height != sizes.frameHeight || clip.width != sizes.frameWidth {
            throw ConfigurationError.invalid(
                "data", expected: "clips of \(sizes.frameHeight) × \(sizes.frameWidth) pixels",
                found: "\(clip.name) of \(clip.height) × \(clip.width)")
        }
        guard sizes.prior.classes == 0 else {
            throw ConfigurationError.invalid(
                "model", expected: "a prior without classes: clips carry none",
                found: "\(sizes.prior.classes) classes")
        }
    }

    /// Checks the tokenizer, which comes from the current model; the prior comes from the
    /// checkpoint.
    private func requireSameTokenizer(
        as model: MaskedPredictor, _ run: RecipeRun<Self>
    ) throws {
        guard run.options.resumes, let path = run.folder?.existingLastCheckpoint else { return }
        try Checkpoint(reading: path)
            .requireSame("tokenizer", as: model, expected: "the tokenizer this run began with")
    }

    private func batches(
        _ set: DataSet, _ model: MaskedPredictor, mirrors: Bool, _ order: BatchOrder,
        name: String, _ run: RecipeRun<Self>
    ) throws -> MaskedBatches {
        func encoded(_ name: String, still: Bool) throws -> CodedWindows {
            let bar =
                run.options.showsProgress
                ? ProgressBar("encoding \(name)", total: 0, unit: "windows") : nil
            defer { bar?.finish() }
            return try CodedWindows(
                set, length: clipLength, interval: startInterval, mirrors: mirrors,
                tokenizer: model.tokenizer, isStill: still, keptAt: run.folder?.codes(name),
                progress: run.progress(on: bar))
        }
        let coded = try encoded(name, still: false)
        return MaskedBatches(
            CodedBatches(
                coded, of: set, batchSize: optimization.batchSize, order: order, given: 0,
                takesActions: false),
            still: condition == .none ? nil : try encoded(name + "-still", still: true))
    }

    private var groups: [ParameterGroup] {
        MaskedPrior.undecayed(below: "prior").map { ParameterGroup($0, weightDecay: 0) }
    }

    private var plan: TrainingPlan { optimization.plan(freezing: Freezing(["tokenizer"])) }
}
