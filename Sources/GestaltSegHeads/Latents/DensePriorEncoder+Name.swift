import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVideo

extension DensePriorEncoder {
    public static let grammar = "dense+prior:hidden:LAYER[:query=start|zeros|hidden]"
    public static let parts = ["trunk", "prior"]
    /// The trunk, at the full rate as in a ``DenseEncoder``; the prior is frozen by default.
    public static let trainedParts: [String: Double] = ["trunk": 1]
    public static let usualHead: ComponentName = "joined"
    public static let needsModel = true

    public var name: ComponentName {
        ComponentName(kind: Configuration.kind, words: source.words)
    }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name, usual: .start)
    }

    private static func source(
        _ name: ComponentName, usual: VideoPrior.Query
    ) throws(ConfigurationError) -> Source {
        var arguments = name.arguments
        let text = arguments.option("query")
        let query = text.flatMap(VideoPrior.Query.init(rawValue:))
        guard arguments.next() == "hidden", let layer = arguments.number(in: 0...1024),
            text == nil || query != nil
        else { throw arguments.error("encoder", grammar: grammar) }
        try arguments.finish("encoder", grammar: grammar)
        return Source(layer: layer, query: query ?? usual)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        try Self.validate(name)
        let predictor = try VideoPredictor(held: model)
        let prior = predictor.prior
        let source = try Self.source(name, usual: prior.usualQuery)
        let configuration = Configuration(sizes: prior.configuration, source: source)
        try validated("encoder") { try configuration.validate() }
        self.init(prior, source: source)
    }

    /// The sizes of the prior, and the source of the hidden states in it.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "dense+prior"
        public var sizes: PriorConfiguration
        public var source: Source

        public init(sizes: PriorConfiguration, source: Source) {
            self.sizes = sizes
            self.source = source
        }

        public var stride: Int { (sizes.conditioning?.height ?? 1) / sizes.latent.height }
        public var frameSize: (height: Int, width: Int)? {
            sizes.conditioning.map { ($0.height, $0.width) }
        }
        public var summary: String { ([Self.kind] + source.words).joined(separator: ":") }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            DensePriorEncoder(self, random: &random)
        }

        /// - Throws: `ConfigurationError` for a prior that cannot compute hidden states from frames
        ///   alone, that has no dense frame encoder, or not the layer.
        public func validate() throws(ConfigurationError) {
            let (stride, frames) = try sizes.validateHidden(
                layer: source.layer, query: source.query)
            guard frames.encoder is DenseFrameEncoder.Configuration else {
                throw .invalid(
                    "sizes.conditioning.encoder", expected: "a dense frame encoder",
                    found: frames.encoder.summary)
            }
            guard stride > 1 else {
                throw .invalid(
                    "sizes.latent", expected: "a grid coarser than the frame's pixels",
                    found: sizes.latent)
            }
        }
    }
}

extension DensePriorEncoder.Source {
    var words: [String] { ["hidden", "\(layer)", "query=\(query.rawValue)"] }
}
