import GestaltModels
import GestaltTensor
import GestaltVideo

extension MagvitFrameEncoder {
    /// The source of the latent.
    public struct Source: Codable, Sendable, Equatable {
        /// The place in the networks.
        public enum Place: String, Codable, Sendable, CaseIterable {
            /// The tokenizer's own latents.
            case tokenizer
            /// The prior's stream at the cells after the first slice.
            case hidden
            /// The prior's stream at the cells of the first slice.
            case visible
        }

        public var place: Place
        /// The name of the tokenizer's latents; nil for a place in the prior.
        public var latents: String?
        /// The number of the prior's blocks before it; 0 for the tokenizer's latents.
        public var layer: Int
        /// Whether the finer levels of the tokenizer's encoder are included.
        public var skips: Bool

        /// A source in the prior.
        public init(_ place: Place, layer: Int, skips: Bool = false) {
            self.place = place
            self.layer = layer
            self.skips = skips
        }

        /// Latents of the tokenizer.
        public init(latents: String = "continuous", skips: Bool = false) {
            self.init(.tokenizer, layer: 0, skips: skips)
            self.latents = latents
        }

        var words: [String] {
            [place.rawValue, latents ?? "\(layer)"] + (skips ? ["skips"] : [])
        }
    }

    public static let grammar =
        "magvit:hidden:LAYER[:skips], magvit:visible:LAYER[:skips] or "
        + "magvit:tokenizer[:LATENTS][:skips]"
    public static let parts = ["tokenizer", "prior"]
    public static let needsModel = true

    public var name: ComponentName {
        ComponentName(kind: Configuration.kind, words: source.words)
    }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name)
    }

    private static func source(_ name: ComponentName) throws(ConfigurationError) -> Source {
        var arguments = name.arguments
        let skips = arguments.flag("skips")
        var source: Source?
        if let place = arguments.next().flatMap(Source.Place.init(rawValue:)) {
            source =
                place == .tokenizer
                ? Source(latents: arguments.next() ?? "continuous", skips: skips)
                : arguments.number(in: 0...1024).map { Source(place, layer: $0, skips: skips) }
        }
        guard let source else { throw arguments.error("encoder", grammar: grammar) }
        try arguments.finish("encoder", grammar: grammar)
        return source
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let source = try Self.source(name)
        let predictor = model as? MaskedPredictor
        guard predictor != nil || source.place == .tokenizer else {
            throw ModelMismatch(needed: .maskedPredictor, found: model?.title ?? "not given")
        }
        let whole = model as? any TokenizerContaining
        let own = whole.map { $0.tokenizer as any StoredModel } ?? model
        guard let tokenizer = own as? MagvitTokenizer else {
            throw ModelMismatch(
                needed: .magvitTokenizer,
                found: whole.map { "\($0.title), whose tokenizer is of kind \($0.tokenizer.kind)" }
                    ?? model?.title ?? "not given")
        }
        let prior = source.place == .tokenizer ? nil : predictor?.prior
        let configuration = Configuration(
            tokenizer: tokenizer.configuration, prior: prior?.configuration, source: source)
        do { try configuration.validate() } catch let error as ConfigurationError {
            throw error.below("encoder")
        }
        self.init(tokenizer, prior: prior, source: source)
    }

    /// The configurations of tokenizer and prior, and the source of the latent in them.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "magvit"
        public var tokenizer: MagvitConfiguration
        public var prior: MaskedPriorConfiguration?
        public var source: Source

        public init(
            tokenizer: MagvitConfiguration, prior: MaskedPriorConfiguration? = nil, source: Source
        ) {
            self.tokenizer = tokenizer
            self.prior = prior
            self.source = source
        }

        public var stride: Int { tokenizer.strides.height }
        public var frameSize: (height: Int, width: Int)? {
            prior.map { ($0.grid.height * stride, $0.grid.width * stride) }
        }
        public var summary: String { ([Self.kind] + source.words).joined(separator: ":") }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            MagvitFrameEncoder(self, random: &random)
        }

        /// - Throws: `ConfigurationError` for a prior that cannot compute hidden states from a
        ///   frame alone, a layer or latents that do not exist.
        public func validate() throws {
            do { try tokenizer.validate() } catch let error as ConfigurationError {
                throw error.below("tokenizer")
            }
            let isInPrior = source.place != .tokenizer
            try check(
                (prior != nil) == isInPrior, "prior",
                isInPrior ? "the prior of the hidden states" : "none for \(summary)",
                prior == nil ? "none" : "one")
            let known: [String?] = isInPrior ? [nil] : ["continuous", "features", "quantized"]
            try check(
                known.contains(source.latents), "source.latents",
                known.map { $0 ?? "none" }.joined(separator: ", "), source.latents ?? "none")
            try check(
                isInPrior || source.layer == 0, "source.layer", "0 without a prior", source.layer)
            guard let prior else { return }
            do { try prior.validate() } catch { throw error.below("prior") }
            try check(
                prior.codes == tokenizer.codeCount, "prior.codes",
                "the tokenizer's \(tokenizer.codeCount)", prior.codes)
            try check(
                prior.classes == 0 || prior.unconditionalShare > 0, "prior.classes",
                "none, or a share of clips learned without one: a frame has no class",
                prior.classes)
            try check(
                source.place != .hidden || prior.grid.time > 1, "prior.grid",
                "at least 2 slices", prior.grid)
            try check(
                (0...prior.layers).contains(source.layer), "source.layer",
                "0 to the prior's \(prior.layers)", source.layer)
        }
    }
}

extension ModelNeed {
    public static let maskedPredictor = ModelNeed(
        "a video predictor with a masked prior", recipes: [MagvitConfiguration.priorRecipe])
    public static let magvitTokenizer = ModelNeed(
        "a model with a tokenizer of kind \(MagvitConfiguration.kind)", recipes: ["tokenizer"])
}
