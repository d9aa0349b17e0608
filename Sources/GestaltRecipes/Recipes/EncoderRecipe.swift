import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltMotion
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// Pre-trains a dense encoder on unlabeled video: from single frames it forecasts targets that the
/// motion of each clip provides.
///
/// AdamW with a weight decay of 0.01, one cycle with a peak of 2e-3 and a warm-up of 20 % of the
/// steps, batches of 16.
///
/// ```swift
/// let pretrained = try EncoderRecipe(data: data).train(RunOptions(folder: "runs/encoder"))
/// let recipe = HeadRecipe(data: data, encoder: "dense", labels: 10)
/// let trained = try recipe.train(on: pretrained.model)
/// ```
public struct EncoderRecipe: Recipe {
    public static let kind = "encoder"

    public var data: DataChoice
    /// A forecaster to train further, as ``OpenedModel`` reads it; it determines the sizes, and its
    /// output layer is kept if ``terms`` are its own.
    public var model: String?
    public var settings: [String: String]?
    /// Channels at full size; halved sizes have twice as many each.
    public var width: Int
    /// The weights of the terms of the loss by name: `background`, `displaced`, `frame+4`; a weight
    /// of 0 turns a term off. The documentation of `train encoder` lists them.
    public var terms: [String: Double]
    /// Thresholds and horizons of the targets.
    public var motion: MotionSettings
    public var augmentation: Augmentation
    public var optimization: Optimization

    /// The terms that a recipe has by default.
    public static let usualTerms: [String: Double] = [
        "background": 1, "differs-from-median": 1, "displaced": 1, "will-change-1": 1,
        "frame+4": 0.5,
    ]
    /// A control that needs no video: reconstruction of partly blanked pictures.
    public static let stillTerms: [String: Double] = ["still": 1]

    public init(data: DataChoice, steps: Int? = nil, seed: UInt64 = 0) {
        self.data = data
        width = 32
        terms = Self.usualTerms
        motion = MotionSettings()
        augmentation = .standard
        optimization = .frames(steps: steps ?? 4000, seed: seed)
    }

    public func validate() throws {
        try validateOptimization()
        guard (1...1024).contains(width) else {
            throw ConfigurationError.invalid("width", expected: "1 to 1024", found: width)
        }
        try motion.validate()
        try augmentation.validate()
        guard augmentation.crop == nil, !augmentation.mixesItems else {
            throw ConfigurationError.invalid(
                "augmentation",
                expected: "no crop, CutMix or copy-paste: targets are a frame's own",
                found: "\(augmentation)")
        }
        _ = try forecasts
    }

    /// The terms of the loss.
    private var forecasts: ForecastPlan {
        get throws(ConfigurationError) {
            let plan = try ForecastPlan(terms, motion)
            guard !plan.terms.isEmpty else {
                throw .invalid("terms", expected: "a term with a weight above 0", found: terms)
            }
            return plan
        }
    }

    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Forecaster> {
        guard let beginning else { return try train(nil as Forecaster?, options) }
        let forecaster = try beginning.forecaster()
        var own = self
        own.width = forecaster.configuration.encoder.widths[0]
        return try own.train(forecaster, options)
    }

    private func train(
        _ beginning: Forecaster?, _ options: RunOptions
    ) throws -> Trained<Forecaster> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .ignored, options)
        let plan = try forecasts
        let terms = plan.terms
        try clips.fit(to: nil, frames: plan.neededFrames)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        for set in [set, evaluationSet].compactMap({ $0 }) { try set.requireOneSize() }
        try plan.requireTargets(in: set)
        let model = try start(beginning, plan.outputs)
        try run.requireMemory(
            model, plan: optimization.plan(), batch: optimization.batchSize,
            trial: trial(
                plan, set.info(at: 0).size, multiple: model.encoder.sizeMultiple,
                held: plan.motionBytes(of: [set, evaluationSet].compactMap { $0 })))
        // Before the folder is made: a moving camera leaves no trace.
        let targets = try plan.targets(of: set, run)
        let evaluator = try evaluationSet.map { try self.evaluator(plan, of: $0, run) }
        try run.begin(data: [set] + (evaluationSet.map { [$0] } ?? []))
        let task = ForecastTask(
            batches: ForecastBatches(
                targets, terms: terms, batchSize: optimization.batchSize,
                order: .shuffled(seed: optimization.seed), augmentation: augmentation,
                seed: optimization.seed),
            evaluator: evaluator)
        return try run.train(
            model, task, optimizer: optimization.optimizer(), plan: optimization.plan(),
            title: "encoder"
        ) { _ in
            "A dense encoder pre-trained on \(set) without labels, to forecast "
                + terms.map(\.name).joined(separator: ", ") + "."
        }
    }

    private func evaluator(
        _ plan: ForecastPlan, of set: DataSet, _ run: RecipeRun<Self>
    ) throws -> ForecastEvaluator {
        ForecastEvaluator(
            batches: ForecastBatches(
                try plan.targets(of: set, run), terms: plan.terms, every: 5, batchSize: 16,
                order: .once))
    }

    private func start(
        _ beginning: Forecaster?, _ outputs: ForecastOutputs
    ) throws -> Forecaster {
        let configuration = ForecasterConfiguration(
            encoder: beginning?.configuration.encoder ?? DenseEncoderConfiguration(width: width),
            pictures: outputs.pictures, maps: outputs.maps)
        try configuration.validate()
        var random = RandomStream(seed: optimization.seed).split(.max)
        var model = Forecaster(configuration, random: &random)
        if let beginning {
            model.encoder = beginning.encoder
            if beginning.configuration == configuration { model.outputs = beginning.outputs }
        }
        return model
    }

    /// - Parameter held: the bytes of the targets of motion.
    private func trial(
        _ plan: ForecastPlan, _ frame: FrameSize, multiple: Int, held: Int
    ) -> TrialStep<Forecaster> {
        let size = TrialSize(height: frame.height, width: frame.width, multiple: multiple)
        return TrialStep(scale: size.scale, held: held) { count in
            let batch = plan.trialBatch(count, height: size.height, width: size.width)
            return { model, context in
                forecastLosses(model(batch.frames, context), batch, plan.terms)
                    .reduce(Tensor<Float>(0)) { $0 + $1.mean }
            }
        }
    }
}
