import GestaltFiles
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE

extension EncoderChoice {
    /// The chosen encoder on a model from disk: a predictor, or a tokenizer for its own latents.
    ///
    /// - Throws: ``ModelMismatch`` for a model of another kind, a tokenizer where a prior is wanted
    ///   among them; as ``encoder(of:)-(VideoPredictor)``.
    func encoder(of opened: OpenedModel) throws -> any StoredEncoder {
        switch try opened.video() {
        case .predictor(let predictor): return try encoder(of: predictor)
        case .tokenizer(let tokenizer):
            guard parts == [.tokenizer] else { throw opened.mismatch(.predictor) }
            return try encoder(of: tokenizer)
        }
    }

    /// - Throws: `ConfigurationError` for an encoder that wants a prior, or a tokenizer that makes no
    ///   latents for heads.
    func encoder(of tokenizer: VQVAE) throws(ConfigurationError) -> any StoredEncoder {
        guard case .tokenizer(let source, let mode) = self else {
            throw .invalid(
                "encoder", expected: "tokenizer:…, since the model is a tokenizer", found: self)
        }
        try Self.check(
            .tokenizer(sizes: tokenizer.configuration, mode: mode, source: source))
        return TokenizerEncoder(tokenizer, mode: mode, source: source)
    }

    /// - Throws: `ConfigurationError` for a prior that the encoder cannot be made of: one that is
    ///   given no frames, or classes or actions too, or that has too few layers.
    func encoder(of predictor: VideoPredictor) throws(ConfigurationError) -> any StoredEncoder {
        let prior = predictor.prior
        switch self {
        case .tokenizer: return try encoder(of: predictor.tokenizer)
        case .resnet(let stage, let skips):
            guard let resnet = prior.resnet, let given = prior.configuration.conditioning else {
                throw .invalid(
                    "model", expected: "a prior that is given frames", found: "one without")
            }
            let source = ResNetEncoder.Source(stage: stage, skips: skips, frames: given.frames)
            try Self.check(.resnet(sizes: resnet.configuration, source: source))
            return ResNetEncoder(resnet, source: source)
        case .prior(let layer, let query, let skips, let joins):
            let source = PriorEncoder.Source(
                layer: layer, query: query ?? prior.usualQuery, skips: skips,
                joins: joins)
            try Self.check(.prior(sizes: prior.configuration, source: source))
            return PriorEncoder(prior, source: source)
        }
    }

    /// The choice that makes an encoder of this configuration.
    public init(_ configuration: EncoderConfiguration) {
        switch configuration {
        case .tokenizer(_, let mode, let source): self = .tokenizer(source: source, mode: mode)
        case .resnet(_, let source): self = .resnet(stage: source.stage, skips: source.skips)
        case .prior(_, let source):
            self = .prior(
                layer: source.layer, query: source.query, skips: source.skips, joins: source.joins)
        }
    }

    private static func check(_ made: EncoderConfiguration) throws(ConfigurationError) {
        do { try made.validate() } catch { throw error.below("encoder") }
    }
}
