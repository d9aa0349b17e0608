import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The codes that a predictor forecasts, as vectors of its codebook, as a latent.
///
/// - `prior:codes:sample:K`: of the codes of K sampled futures the mean of their embeddings, by a
///   predictor of any kind.
/// - `prior:codes:expect:R`: the expected embeddings after R refinements, see
///   `VideoPrior.expectedEmbeddings(asking:refinements:codebook:_:clips:_:)`; by a
///   `VideoPredictor`.
///
/// - Shapes: frames `[N, H, W, 3]` of the predictor's size to `[N, t, h, w, embedding]`.
public struct FutureCodeEncoder: FutureEncoder {
    public var predictor: any ClipPredictor
    public let source: FutureSource
    /// The number of refinements of expected embeddings; nil for sampled codes.
    public let refinements: Int?

    /// - Precondition: the predictor is conditioned on frames alone; with refinements it is a
    ///   `VideoPredictor`.
    public init(
        _ predictor: any ClipPredictor, source: FutureSource, refinements: Int? = nil
    ) {
        self.predictor = predictor
        self.source = source
        self.refinements = refinements
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            configuration.predictor.predictor(random: &random), source: configuration.source,
            refinements: configuration.refinements)
    }

    public var configuration: Configuration {
        Configuration(
            predictor: AnyPredictorConfiguration(predictor), source: source,
            refinements: refinements)
    }
    public var sampledFutures: Int { refinements == nil ? draw.samples : 0 }
    public var sizeMultiple: Int { predictor.tokenizer.configuration.strides.height }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        let tokenizer = predictor.tokenizer.configuration
        guard let slots = tokenizer.clipLengths.slots(of: predictor.clipSizes.frames) else {
            stop(
                "FutureCodeEncoder: clips of \(predictor.clipSizes.frames) frames do not fit "
                    + "their tokenizer's \(tokenizer.clipLengths)")
        }
        return LatentShape(
            slots: slots, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: tokenizer.embeddingWidth, stride: sizeMultiple)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        expectedLatent(of: frames) ?? sampledLatent(of: frames)
    }

    public func latents(of frames: Tensor<Float>) throws -> Latent {
        try expectedLatent(of: frames) ?? sampledLatents(of: frames)
    }

    public func latent(codes: Tensor<Int32>, video: Tensor<Float>) -> Tensor<Float> {
        predictor.tokenizer.embeddings(of: codes).mean(axes: [0]).detached
    }

    /// Returns the expected embeddings; nil for sampled codes.
    private func expectedLatent(of frames: Tensor<Float>) -> Latent? {
        guard let refinements, let predictor = predictor as? VideoPredictor else { return nil }
        let given = frames.conditioning(
            predictor.clipSizes.givenFrames, given: givenFrames, for: "\(name)")
        let condition = predictor.prior.condition(frames: given, .inference)
        let expected = predictor.prior.expectedEmbeddings(
            asking: predictor.prior.usualQuery, refinements: refinements,
            codebook: predictor.tokenizer.codeTable, condition, .inference)
        return Latent(expected.detached, stride: sizeMultiple)
    }
}

extension FutureCodeEncoder {
    public static let grammar =
        "prior:codes:sample[:SAMPLES]" + FutureDraw.grammar
        + "[:frames=N] or prior:codes:expect[:REFINEMENTS][:frames=N]"

    public var name: ComponentName { configuration.name }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try parsed(name)
    }

    private static func parsed(
        _ name: ComponentName
    ) throws(ConfigurationError) -> (source: FutureSource, refinements: Int?) {
        var arguments = name.arguments
        _ = arguments.next()
        let (slots, frames) = try arguments.history(grammar: grammar)
        let place = arguments.next()
        guard slots == nil, place == "sample" || place == "expect" else {
            throw arguments.error("encoder", grammar: grammar)
        }
        var draw = FutureDraw(samples: 1)
        var refinements: Int?
        if place == "expect" {
            refinements = arguments.number(in: PriorEncoder.refinementRange) ?? 0
        } else {
            draw = try arguments.draw(usual: 1, grammar: grammar)
        }
        try arguments.finish("encoder", grammar: grammar)
        return (FutureSource(draw, frames: frames), refinements)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let (source, refinements) = try Self.parsed(name)
        guard refinements == nil || model is VideoPredictor else {
            throw ModelMismatch(needed: .predictor, found: model?.title ?? "not given")
        }
        let predictor = try futurePredictor(model, source.draw)
        try Configuration(
            predictor: AnyPredictorConfiguration(predictor), source: source,
            refinements: refinements
        ).validateNamed()
        self.init(predictor, source: source, refinements: refinements)
    }

    /// The predictor's configuration, and how its codes are forecast.
    public struct Configuration: FutureConfiguration {
        public static let kind = "prior:codes"
        public var predictor: AnyPredictorConfiguration
        public var source: FutureSource
        /// The number of refinements of expected embeddings; nil for sampled codes.
        public var refinements: Int?

        public init(
            predictor: AnyPredictorConfiguration, source: FutureSource, refinements: Int? = nil
        ) {
            self.predictor = predictor
            self.source = source
            self.refinements = refinements
        }

        public var stride: Int { predictor.strides.height }

        var name: ComponentName {
            guard let refinements else {
                let words = source.name("codes").words
                return ComponentName(
                    kind: "prior", words: [words[0], "sample"] + words.dropFirst())
            }
            return ComponentName(
                kind: "prior",
                words: ["codes", "expect", "\(refinements)"]
                    + historyWords(slots: nil, frames: source.frames))
        }

        public var summary: String { "\(name)" }

        /// - Throws: `ConfigurationError` as other sources of futures, and for refinements of
        ///   another predictor than a `VideoPredictor`.
        public func validate() throws(ConfigurationError) {
            try validateSource()
            guard predictor.strides.height == predictor.strides.width else {
                throw .invalid(
                    "predictor", expected: "equal strides of height and width",
                    found: predictor.strides)
            }
            guard let refinements else { return }
            guard predictor.value is VideoPredictorConfiguration else {
                throw .invalid(
                    "refinements", expected: "none: only a sequential prior expects codes",
                    found: refinements)
            }
            try validateRefinements(refinements, "refinements")
        }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            FutureCodeEncoder(self, random: &random)
        }
    }
}
