import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVideo

extension PriorSampleEncoder {
    public static let grammar =
        "prior:samples:LAYER:SAMPLES" + FutureDraw.grammar + "[:slots=I[-J]][:frames=N]"
    public static let needsModel = true

    public var name: ComponentName { ComponentName(kind: "prior", words: source.words) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name)
    }

    private static func source(_ name: ComponentName) throws(ConfigurationError) -> Source {
        var arguments = name.arguments
        _ = arguments.next()
        let (slots, frames) = try arguments.history(grammar: grammar)
        guard let layer = arguments.number(in: 0...1024) else {
            throw arguments.error("encoder", grammar: grammar)
        }
        let draw = try arguments.draw(usual: nil, grammar: grammar)
        try arguments.finish("encoder", grammar: grammar)
        return Source(layer: layer, draw: draw, slots: slots, frames: frames)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let source = try Self.source(name)
        let predictor = try VideoPredictor(held: model)
        let configuration = Configuration(predictor: predictor.configuration, source: source)
        try validated("encoder") { try configuration.validate() }
        self.init(predictor, source: source)
    }

    /// The predictor's configuration, and the source of the latent in it.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "prior:samples"
        public var predictor: VideoPredictorConfiguration
        public var source: Source

        public init(predictor: VideoPredictorConfiguration, source: Source) {
            self.predictor = predictor
            self.source = source
        }

        public var stride: Int { predictor.prior.cell }
        public var readsClips: Bool { (source.frames ?? 1) > 1 }
        public var frameSize: (height: Int, width: Int)? {
            predictor.prior.conditioning.map { ($0.height, $0.width) }
        }
        public var summary: String { "\(ComponentName(kind: "prior", words: source.words))" }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            PriorSampleEncoder(self, random: &random)
        }

        /// - Throws: `ConfigurationError` for a predictor that is conditioned on more than frames,
        ///   a layer, slots or frames that it does not have, or an invalid draw.
        public func validate() throws {
            try source.draw.validate()
            try predictor.validateStates(
                layer: source.layer, slots: source.slots, frames: source.frames)
        }
    }
}

extension PriorSampleEncoder.Source {
    var words: [String] {
        ["samples", "\(layer)", "\(draw.samples)"] + draw.words
            + historyWords(slots: slots, frames: frames)
    }
}

extension PriorConfiguration {
    /// The size in pixels of a cell of the latent; 1 without frames.
    var cell: Int { (conditioning?.height ?? latent.height) / latent.height }
}
