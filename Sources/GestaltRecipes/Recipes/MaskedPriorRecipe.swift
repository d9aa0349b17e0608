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
public struct MaskedPriorRecipe: CodeRecipe {
    public static let kind = MagvitConfiguration.priorRecipe
    public static let usualPreset = MaskedPredictorConfiguration.Preset.small

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
    /// The weight of the loss of a second head after half of the blocks; nil for none.
    public var halfDepthWeight: Float?
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
        try validateWindows()
        do { try objective.validate() } catch { throw error.below("objective") }
        guard dropout >= 0, dropout < 1 else {
            throw ConfigurationError.invalid(
                "dropout", expected: "at least 0 and below 1", found: dropout)
        }
        guard (0...1).contains(unconditionalShare) else {
            throw ConfigurationError.invalid(
                "unconditionalShare", expected: "0 to 1", found: unconditionalShare)
        }
        guard (halfDepthWeight ?? 1) > 0, (halfDepthWeight ?? 1).isFinite else {
            throw ConfigurationError.invalid(
                "halfDepthWeight", expected: "a positive number, or none",
                found: halfDepthWeight ?? 0)
        }
    }

    /// Trains a new prior on a tokenizer, or a masked predictor further, which then determines
    /// sizes, condition and clip length.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<MaskedPredictor> {
        let beginning = try required(beginning)
        var own = self
        let predictor = beginning.model as? MaskedPredictor
        if let sizes = predictor?.configuration {
            own.clipLength = sizes.clipLength
            own.condition = sizes.prior.condition
            own.dropout = sizes.prior.dropout
            own.unconditionalShare = sizes.prior.unconditionalShare
            own.halfDepthWeight = sizes.prior.halfDepthWeight
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
        sizes.prior.halfDepthWeight = halfDepthWeight
        sizes.prior.objective = objective
        try sizes.validate()
        var random = RandomStream(seed: seed).split(.max)
        return MaskedPredictor(sizes, tokenizer: tokenizer, random: &random)
    }

    private func trial(_ model: MaskedPredictor) -> TrialStep<MaskedPredictor> {
        let grid = model.configuration.prior.grid.array
        return TrialStep(isLarge: true, elsewhere: encodingBytes(model)) { count in
            let codes = Tensor<Int32>.zeros(Shape([count] + grid))
            return { $0.loss(MaskedBatch(codes: codes, still: codes), $1).loss }
        }
    }

    /// - Throws: `ConfigurationError` when the clips do not fit the model.
    private func requireFit(_ set: DataSet, _ model: MaskedPredictor) throws {
        try requireSizes(set, model)
        let classes = model.configuration.prior.classes
        guard classes == 0 else {
            throw ConfigurationError.invalid(
                "model", expected: "a prior without classes: clips carry none",
                found: "\(classes) classes")
        }
    }

    private func batches(
        _ set: DataSet, _ model: MaskedPredictor, mirrors: Bool, _ order: BatchOrder,
        name: String, _ run: RecipeRun<Self>
    ) throws -> MaskedBatches {
        func encoded(_ name: String, isStill: Bool) throws -> CodedWindows {
            try self.encoded(set, model, mirrors: mirrors, name: name, isStill: isStill, run)
        }
        let coded = try encoded(name, isStill: false)
        return MaskedBatches(
            CodedBatches(
                coded, of: set, batchSize: optimization.batchSize, order: order, given: 0,
                takesActions: false),
            still: condition == .none ? nil : try encoded(name + "-still", isStill: true))
    }

    private var groups: [ParameterGroup] {
        MaskedPrior.undecayed(below: "prior").map { ParameterGroup($0, weightDecay: 0) }
    }

    private var plan: TrainingPlan { optimization.plan(freezing: Freezing(["tokenizer"])) }
}
