import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVideo

extension PriorEncoder {
    public static let grammar =
        "prior:hidden:LAYER or prior:expect:LAYER:REFINEMENTS, each with "
        + "[:query=start|zeros|hidden][:slots=I[-J]][:frames=N][:skips][:join]"
    /// The allowed numbers of refinements, each a pass of the prior.
    static let refinementRange = 0...1024
    public static let parts = ["resnet", "prior"]
    public static let needsModel = true

    public var name: ComponentName { ComponentName(kind: "prior", words: source.words) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name, usual: .start)
    }

    private static func source(
        _ name: ComponentName, usual: VideoPrior.Query
    ) throws(ConfigurationError) -> Source {
        let forms = Encoders.grammar(of: "prior")
        var arguments = name.arguments
        let text = arguments.option("query")
        let query = text.flatMap(VideoPrior.Query.init(rawValue:))
        let (skips, joins) = (arguments.flag("skips"), arguments.flag("join"))
        let (slots, frames) = try arguments.history(grammar: forms)
        let place = arguments.next()
        guard place == "hidden" || place == "expect", let layer = arguments.number(in: 0...1024),
            text == nil || query != nil
        else { throw arguments.error("encoder", grammar: forms) }
        var source = Source(
            layer: layer, query: query ?? usual, skips: skips, joins: joins, slots: slots,
            frames: frames)
        if place == "expect" {
            guard let refinements = arguments.number(in: refinementRange) else {
                throw arguments.error("encoder", grammar: forms)
            }
            source.refinements = refinements
        }
        try arguments.finish("encoder", grammar: forms)
        return source
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
        self.init(
            prior, source: source,
            codebook: source.refinements == nil ? nil : predictor.tokenizer.codeTable)
    }

    /// The sizes of the prior, and the source of the latent in it.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "prior"
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
        public var readsClips: Bool { (source.frames ?? 1) > 1 }
        public var summary: String { (["prior"] + source.words).joined(separator: ":") }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            PriorEncoder(self, random: &random)
        }
    }
}

extension PriorEncoder.Source {
    var words: [String] {
        (refinements.map { ["expect", "\(layer)", "\($0)"] } ?? ["hidden", "\(layer)"])
            + ["query=\(query.rawValue)"] + historyWords(slots: slots, frames: frames)
            + (skips ? ["skips"] : []) + (joins ? ["join"] : [])
    }
}

extension PriorEncoder.Configuration {
    /// - Throws: `ConfigurationError` for a prior that cannot compute a latent from frames alone,
    ///   and for a layer that it does not have.
    public func validate() throws(ConfigurationError) {
        let (stride, frames) = try sizes.validateHidden(layer: source.layer, query: source.query)
        try source.slots?.validate(of: sizes.latent.time)
        try frames.validate(given: source.frames)
        try validateRefinements(source.refinements ?? 0, "source.refinements")
        guard frames.encoder is FrameEncoderConfiguration else {
            throw .invalid(
                "sizes.conditioning.encoder",
                expected: "VideoGPT's frame encoder; a dense one is read by "
                    + DensePriorEncoder.grammar,
                found: frames.encoder.summary)
        }
        guard !source.joins || FramePyramid.stage(ofStride: stride) != nil else {
            throw .invalid(
                "source.joins",
                expected: "false: the frame encoder has no stage of stride \(stride)",
                found: source.joins)
        }
    }
}

/// - Throws: `ConfigurationError` for a number of refinements of expected codes out of range.
func validateRefinements(_ count: Int, _ key: String) throws(ConfigurationError) {
    let range = PriorEncoder.refinementRange
    guard range.contains(count) else {
        throw .invalid(
            key, expected: "\(range.lowerBound) to \(range.upperBound)", found: count)
    }
}
