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

extension PriorRecipe {
    /// Returns the model of step 0.
    func start(
        _ beginning: VideoModel, for clip: ClipInfo, _ options: RunOptions
    ) throws -> VideoPredictor {
        let forecasts = try self.forecasts
        let outputs = forecasts.terms.isEmpty ? nil : forecasts.outputs
        if let predictor = beginning.predictor { return try restarted(predictor, outputs) }
        let tokenizer = beginning.tokenizer
        var configuration = try VideoPredictorConfiguration(
            preset, tokenizer: tokenizer.configuration, frames: clipLength, height: clip.height,
            width: clip.width, conditioningFrames: conditioningFrames,
            isAligned: isAligned,
            actionWidth: takesActions ? clip.actionWidth ?? 4 : nil, attention: attention,
            codeDropout: codeDropout)
        if let dropout { configuration.prior.dropout = dropout }
        if let attentionDropout { configuration.prior.attentionDropout = attentionDropout }
        let pretrained = try pretrainedEncoder(options)
        if let usual = configuration.prior.conditioning?.encoder {
            if let encoder {
                configuration.prior.conditioning?.encoder = try FrameNetworks.configuration(
                    named: encoder, like: usual)
            } else if let pretrained {
                configuration.prior.conditioning?.encoder = DenseFrameEncoder.Configuration(
                    widths: pretrained.encoder.configuration.widths,
                    outputWidth: usual.outputWidth)
            }
        }
        configuration.forecasts = outputs
        try requireDense(configuration)
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        var model = VideoPredictor(configuration, tokenizer: tokenizer, random: &random)
        if let pretrained, var network = model.prior.frameEncoder as? DenseFrameEncoder {
            network.trunk = pretrained.encoder.trunk
            model.prior.frameEncoder = network
            if let forecaster = pretrained.forecaster, forecaster.configuration.outputs == outputs {
                model.forecasts = forecaster.outputs
            }
        }
        return model
    }

    /// Returns a predictor to train further, with a new layer for other forecasts than its own.
    private func restarted(
        _ predictor: VideoPredictor, _ outputs: ForecastOutputs?
    ) throws -> VideoPredictor {
        guard predictor.configuration.forecasts != outputs else { return predictor }
        var configuration = predictor.configuration
        configuration.forecasts = outputs
        try requireDense(configuration)
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        var model = VideoPredictor(
            configuration, tokenizer: predictor.tokenizer, random: &random)
        model.prior = predictor.prior
        return model
    }

    /// - Throws: `ConfigurationError` for forecasts from features that are not dense.
    private func requireDense(
        _ configuration: VideoPredictorConfiguration
    ) throws(ConfigurationError) {
        let encoder = configuration.prior.conditioning?.encoder
        guard configuration.forecasts == nil || encoder?.features.stride == 1 else {
            throw .invalid(
                "terms",
                expected: "codes alone without a frame encoder with features at every pixel, "
                    + "such as dense",
                found: encoder?.summary ?? "no conditioning frames")
        }
    }

    /// Opens the dense encoder at ``encoderModel``, and the forecaster where it is part of one; nil
    /// where none is named.
    private func pretrainedEncoder(
        _ options: RunOptions
    ) throws -> (encoder: DenseEncoder, forecaster: Forecaster?)? {
        guard let encoderModel else { return nil }
        var random = RandomStream.placeholders
        let opened = try options.open(encoderModel, nil)
        let encoder = try opened.encoder(named: "dense", random: &random)
        guard let dense = encoder as? DenseEncoder else { throw opened.mismatch(.denseEncoder) }
        return (dense, try? opened.forecaster())
    }

    /// - Parameter held: the bytes of the targets of motion.
    func trial(
        _ model: VideoPredictor, _ forecasts: ForecastPlan, held: Int
    ) -> TrialStep<VideoPredictor> {
        let (sizes, prior) = (model.configuration, model.configuration.prior)
        let (height, width) = (sizes.frameHeight, sizes.frameWidth)
        return TrialStep(
            isLarge: true, held: held, elsewhere: encodingBytes(model)
        ) { count in
            let given = prior.conditioning?.frames
            let batch = CodedBatch(
                codes: .zeros([count, prior.latent.time, prior.latent.height, prior.latent.width]),
                frames: given.map { .zeros([count, $0, height, width, 3]) },
                actions: prior.actionWidth.map { .zeros([count, sizes.clipLength, $0]) },
                forecasts: forecasts.terms.isEmpty
                    ? nil : forecasts.trialBatch(count, height: height, width: width))
            return { model, context in
                model.losses(
                    batch, forecasts.terms, withCodes: codesWeight > 0,
                    checkpointing: checkpointing, context
                ).total(codesWeight: codesWeight, forecasts.terms)
            }
        }
    }

    func usesActions(_ model: VideoPredictor) -> Bool {
        model.configuration.prior.actionWidth != nil
    }

    /// - Throws: `ConfigurationError` when the clips do not fit the model.
    func requireFit(_ set: DataSet, _ model: VideoPredictor) throws {
        try requireSizes(set, model)
        let configuration = model.configuration
        for clip in set.infos() {
            guard !usesActions(model) || clip.actionWidth == configuration.prior.actionWidth
            else {
                throw ConfigurationError.invalid(
                    "data",
                    expected: "clips with actions of width \(configuration.prior.actionWidth!)",
                    found: "\(clip.name) with \(clip.actionWidth.map { "width \($0)" } ?? "none")")
            }
        }
        guard configuration.prior.classes == nil else {
            throw ConfigurationError.invalid(
                "model", expected: "a prior without classes: clips carry none",
                found: "\(configuration.prior.classes!) classes")
        }
    }

    /// - Throws: `ConfigurationError` for a frozen path that does not exist.
    func requireParts(of model: VideoPredictor) throws {
        let paths = model.state.map(\.path)
        for part in frozen where !paths.contains(where: Freezing([part]).covers) {
            throw ConfigurationError.invalid(
                "frozen", expected: "paths of the predictor, such as prior.resnet", found: part)
        }
    }

    /// The paths of a frozen frame encoder; none where it is trained.
    var frozenEncoder: [(path: String, part: String)] {
        encoderRate == 0 ? Self.encoderPaths.map { ($0, "the frame encoder") } : []
    }

    /// The places of the frame encoder in a predictor: VideoGPT's, and any other.
    private static let encoderPaths = ["prior.resnet", "prior.frameEncoder"]

    /// - Throws: `ConfigurationError` for a frame encoder without frames, or named twice.
    func validateEncoder() throws {
        for (key, found) in [
            ("encoder", encoder?.description), ("encoderModel", encoderModel),
            ("encoderRate", encoderRate.map { "\($0)" }),
        ] {
            guard let found, conditioningFrames == 0 else { continue }
            throw ConfigurationError.invalid(
                key, expected: "none without conditioning frames", found: found)
        }
        if let encoder {
            _ = try FrameNetworks.configuration(named: encoder, like: FrameEncoderConfiguration())
            guard encoderModel == nil else {
                throw ConfigurationError.invalid(
                    "encoder", expected: "none with encoderModel, which has its own sizes",
                    found: encoder)
            }
        }
        if let encoderRate { try validateShare("encoderRate", encoderRate) }
    }

    /// The weight of the codes in the loss.
    var codesWeight: Float { Float(terms?[codesTerm] ?? 1) }

    /// The terms of the loss other than the codes.
    var forecasts: ForecastPlan {
        get throws(ConfigurationError) {
            try ForecastPlan(
                (terms ?? [:]).filter { $0.key != codesTerm }, motion ?? MotionSettings())
        }
    }

    /// - Throws: `ConfigurationError` for terms that do not exist or do not fit a prior;
    ///   `MotionError` for invalid settings.
    func validateTerms() throws {
        try (motion ?? MotionSettings()).validate()
        guard codesWeight >= 0, codesWeight.isFinite else {
            throw ConfigurationError.invalid(
                "terms.\(codesTerm)", expected: "0 or more", found: codesWeight)
        }
        let active = try forecasts.terms
        guard codesWeight > 0 || !active.isEmpty else {
            throw ConfigurationError.invalid(
                "terms", expected: "a term with a weight above 0", found: terms ?? [:])
        }
        guard !active.contains(where: { $0.target == .still }) else {
            throw ConfigurationError.invalid(
                "terms", expected: "no still: a prior is conditioned on whole frames",
                found: "still")
        }
        guard active.isEmpty || conditioningFrames > 0 else {
            throw ConfigurationError.invalid(
                "terms", expected: "codes alone without conditioning frames",
                found: active.map(\.name))
        }
    }

    /// Computes the targets of the forecasts of a set; nil without forecasts.
    func examples(
        _ forecasts: ForecastPlan, of set: DataSet, _ run: RecipeRun<Self>
    ) throws -> ForecastExamples? {
        guard !forecasts.terms.isEmpty else { return nil }
        return ForecastExamples(
            data: try forecasts.targets(of: set, run), terms: forecasts.terms)
    }

    var optimizer: any Optimizer {
        guard let encoderRate, encoderRate > 0 else { return optimization.optimizer() }
        return optimization.optimizer(
            groups: [
                ParameterGroup(.below(Self.encoderPaths), learningRateFactor: encoderRate)
            ])
    }

    func batches(
        _ coded: CodedWindows, _ set: DataSet, _ model: VideoPredictor, _ order: BatchOrder,
        _ forecasts: ForecastExamples?
    ) -> CodedBatches {
        CodedBatches(
            coded, of: set, batchSize: optimization.batchSize, order: order,
            given: model.configuration.prior.conditioning?.frames ?? 0,
            takesActions: usesActions(model), forecasts: forecasts)
    }

    /// Returns the evaluation on a set.
    /// - Parameter trained: the training codes.
    func evaluator(
        _ set: DataSet, _ forecasts: ForecastExamples?, _ model: VideoPredictor,
        trained: CodedWindows, _ run: RecipeRun<Self>
    ) throws -> PriorEvaluator {
        let held = try encoded(set, model, mirrors: false, name: "evaluation", run)
        return PriorEvaluator(
            batches(held, set, model, .once, forecasts), trained: trained,
            codes: model.configuration.prior.codeCount, codesWeight: codesWeight)
    }

    var plan: TrainingPlan {
        optimization.plan(
            freezing: Freezing(
                ["tokenizer"] + frozen + (encoderRate == 0 ? Self.encoderPaths : [])))
    }
}
