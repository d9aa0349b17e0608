import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The residual stream of a sequential prior along the codes of the true clip, as a latent: what
/// the prior would know if the future were known. An upper bound, not an encoder of single frames.
///
/// The clip begins with the conditioning frames, the last of which is the segmented one; at the end
/// of a longer clip its last frame is repeated. With the same layer and slots the latent is that of
/// ``PriorEncoder`` slot by slot. Codes have no gradient, so no part can be trained.
///
/// - Shapes: clips `[N, T, H, W, 3]` of the predictor's size to `[N, t, h, w, width]`.
public struct PriorTeacherEncoder: StoredEncoder {
    /// The source of the latent in the prior.
    public struct Source: Codable, Sendable, Equatable {
        /// The number of blocks before it, 0 … layers.
        public var layer: Int
        /// The slots of the latent that are kept; nil for all.
        public var slots: SlotRange?

        public init(layer: Int, slots: SlotRange? = nil) {
            self.layer = layer
            self.slots = slots
        }

        var words: [String] {
            ["teacher", "\(layer)"] + historyWords(slots: slots, frames: nil)
        }
    }

    public var predictor: VideoPredictor
    public let source: Source

    /// - Precondition: `source` fits a predictor that is conditioned on frames alone.
    public init(_ predictor: VideoPredictor, source: Source) {
        self.predictor = predictor
        self.source = source
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            VideoPredictor(configuration.predictor, random: &random), source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(predictor: predictor.configuration, source: source)
    }
    public var seesFuture: Bool { true }
    public var temporalStride: Int { predictor.clipSizes.frames }
    public var clipLength: Int? { predictor.clipSizes.frames }
    public var sizeMultiple: Int { configuration.stride }

    public func labeledFrames(clipLength: Int) -> [Int] {
        (0..<clipLength / temporalStride).map {
            $0 * temporalStride + predictor.clipSizes.givenFrames - 1
        }
    }

    /// - Precondition: the size of the prior's frames.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        let prior = predictor.prior.configuration
        return LatentShape(
            slots: source.slots?.count ?? prior.latent.time, height: prior.latent.height,
            width: prior.latent.width, channels: prior.width, stride: sizeMultiple)
    }

    /// - Precondition: clips of the predictor's length and size, or several one after the other.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let sizes = predictor.clipSizes
        require(frames.rank == 5, "\(name): frames \(frames.shape) are not [N, T, H, W, 3]")
        let clips = frames.detached.conditioning(
            sizes.frames, given: sizes.frames, for: "\(name)")
        predictor.requireSize(of: clips, "\(name)")
        let given = clips.sliced(0..<sizes.givenFrames, axis: 1)
        let states = predictor.states(
            after: source.layer, of: predictor.tokenizer.encode(clips),
            predictor.prior.condition(frames: given, .inference))
        let kept = source.slots.map { states.sliced($0.indices, axis: 1) } ?? states
        return Latent(kept.detached, stride: sizeMultiple)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("predictor", &predictor)
    }
}

extension PriorTeacherEncoder {
    public static let grammar = "prior:teacher:LAYER[:slots=I[-J]]"
    public static let needsModel = true

    public static func seesFuture(_ name: ComponentName) -> Bool { true }

    public var name: ComponentName { ComponentName(kind: "prior", words: source.words) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name)
    }

    private static func source(_ name: ComponentName) throws(ConfigurationError) -> Source {
        var arguments = name.arguments
        _ = arguments.next()
        let (slots, frames) = try arguments.history(grammar: grammar)
        guard frames == nil, let layer = arguments.number(in: 0...1024) else {
            throw arguments.error("encoder", grammar: grammar)
        }
        try arguments.finish("encoder", grammar: grammar)
        return Source(layer: layer, slots: slots)
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
        public static let kind = "prior:teacher"
        public var predictor: VideoPredictorConfiguration
        public var source: Source

        public init(predictor: VideoPredictorConfiguration, source: Source) {
            self.predictor = predictor
            self.source = source
        }

        public var stride: Int { predictor.prior.cell }
        public var readsClips: Bool { true }
        public var frameSize: (height: Int, width: Int)? {
            predictor.prior.conditioning.map { ($0.height, $0.width) }
        }
        public var summary: String { "\(ComponentName(kind: "prior", words: source.words))" }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            PriorTeacherEncoder(self, random: &random)
        }

        /// - Throws: `ConfigurationError` for a predictor that is conditioned on more than frames,
        ///   a layer or slots that it does not have.
        public func validate() throws {
            try predictor.validateStates(layer: source.layer, slots: source.slots, frames: nil)
        }
    }
}
