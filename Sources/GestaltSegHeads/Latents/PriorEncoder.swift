import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The residual stream of a video prior, conditioned on a single frame and nothing else, as a
/// source of latents: the prior's expectation of the frames to come.
///
/// - `prior:hidden:L`: after L blocks, with no code known.
/// - `prior:expect:L:R`: with the codes that the prior itself expects in place of the unknown ones,
///   refined R times; see `VideoPrior.hidden(asking:refinements:codebook:layers:_:clips:_:)`.
///
/// Every token of the coming clip is the query embedding (start-of-sequence, zeros, or masked
/// token) plus its position embedding; the causal mask is unchanged, and only the cross-attention
/// to the frame's features depends on the frame, and the tokens themselves where the prior adds
/// features cell by cell (`FrameConditioning.isAligned`). Without that, layer 0 is the same for all
/// frames, a control.
///
/// ```swift
/// let encoder = PriorEncoder(predictor.prior, layer: 2)
/// let latent = encoder.encode(frames, .inference)                   // [N, t, h, w, width]
/// ```
/// Dropout is off even in training: a latent is a function of the frame, so that a cached one
/// equals a recomputed one. Gradients pass a frozen prior and reach the frame encoder. The parts
/// are `resnet`, the frame encoder, and `prior`, all the rest, including the positions of the
/// features. For a prior with several conditioning frames the frame is repeated, or with
/// `frames=n` the n last true frames are read, the first of them repeated. `slots` keeps some of
/// the t latent slots. A prior with a dense frame encoder is read by ``DensePriorEncoder``.
///
/// - Shapes: frames `[N, H, W, 3]` of the prior's size, or clips `[N, n, H, W, 3]`, to
///   `[N, t, h, w, width]`; with `joins` `[N, 1, h, w, t·width + C]`.
/// - Source: Maier and Mohankumar, *Video Prediction Models as General Visual Encoders* (2024), the
///   transformer-informed latent; the queries without codes are this package's.
public struct PriorEncoder: FrameHistoryEncoder {
    /// The source of the latent in the prior.
    public struct Source: Codable, Sendable, Equatable {
        /// The number of blocks before it, 0 … layers.
        public var layer: Int
        /// The substitute for the codes, which are unknown.
        public var query: VideoPrior.Query
        /// Whether the frame encoder's stages of smaller strides are included.
        public var skips: Bool
        /// Whether the frame encoder's stage of the same stride is concatenated with the slots,
        /// all as channels of one slot.
        public var joins: Bool
        /// The number of times that expected codes are fed back; nil for none, without a codebook.
        public var refinements: Int?
        /// The slots of the latent that are kept; nil for all.
        public var slots: SlotRange?
        /// The number of true frames that are read; nil for the segmented one alone.
        public var frames: Int?

        public init(
            layer: Int, query: VideoPrior.Query, skips: Bool = false, joins: Bool = false,
            refinements: Int? = nil, slots: SlotRange? = nil, frames: Int? = nil
        ) {
            self.layer = layer
            self.query = query
            self.skips = skips
            self.joins = joins
            self.refinements = refinements
            self.slots = slots
            self.frames = frames
        }
    }

    public var resnet: FrameEncoder
    /// The prior without its frame encoder, which is ``resnet``.
    public var prior: VideoPrior
    /// The embeddings of all codes, `[codes, embedding]`; nil without refinements. Never updated.
    public var codebook: Buffer?
    public let source: Source
    private let conditioning: FrameConditioning

    /// - Parameter codebook: the embeddings of all codes; nil for a source without refinements.
    /// - Precondition: `source` fits a prior that is conditioned on frames alone;
    ///   see ``Configuration/validate()``.
    public init(_ prior: VideoPrior, source: Source, codebook: Tensor<Float>? = nil) {
        guard let resnet = prior.resnet, let conditioning = prior.configuration.conditioning else {
            stop("PriorEncoder: a prior without conditioning frames or VideoGPT's frame encoder")
        }
        self.resnet = resnet
        self.prior = prior
        self.prior.resnet = nil
        self.source = source
        self.conditioning = conditioning
        self.codebook = codebook.map { Buffer($0) }
        requireValid(configuration)
        require(
            (codebook != nil) == (source.refinements != nil),
            "PriorEncoder: a codebook is needed with refinements, and only then")
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        let sizes = configuration.sizes
        let prior = VideoPrior(sizes, random: &random)
        let codebook: Tensor<Float>? =
            configuration.source.refinements == nil
            ? nil : random.normal([sizes.codeCount, sizes.embeddingWidth])
        self.init(prior, source: configuration.source, codebook: codebook)
    }

    /// - Parameter query: nil selects the prior's default: the masked token if it was trained with
    ///   code dropout, else the start-of-sequence embedding.
    /// - Precondition: as ``init(_:source:codebook:)``.
    public init(
        _ prior: VideoPrior, layer: Int, query: VideoPrior.Query? = nil, skips: Bool = false,
        joins: Bool = false
    ) {
        let query = query ?? prior.usualQuery
        self.init(
            prior, source: Source(layer: layer, query: query, skips: skips, joins: joins))
    }

    public var configuration: Configuration {
        Configuration(sizes: prior.configuration, source: source)
    }
    public var sizeMultiple: Int { conditioning.height / prior.configuration.latent.height }
    public var givenFrames: Int { source.frames ?? 1 }

    private var slotCount: Int { source.slots?.count ?? prior.configuration.latent.time }

    /// - Precondition: the size of the prior's frames; its positions are fixed tables.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        requireSize(height, width)
        let sizes = prior.configuration
        let beside = joinedStage.map { resnet.configuration.channels[$0 - 1] }
        return LatentShape(
            slots: beside == nil ? slotCount : 1, height: sizes.latent.height,
            width: sizes.latent.width,
            channels: beside.map { slotCount * sizes.width + $0 } ?? sizes.width,
            stride: sizeMultiple,
            finer: source.skips ? resnet.configuration.finer(than: sizeMultiple) : [])
    }

    /// - Precondition: frames of the prior's size.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let given = frames.conditioning(
            conditioning.frames, given: givenFrames, for: "PriorEncoder")
        requireSize(given.shape[2], given.shape[3])
        let pyramid = FramePyramid(
            stages: context.part("resnet") { resnet.stages(given, context) })
        let condition = prior.condition(features: pyramid.stages[3], .inference)
        let states = stream(condition)
        let hidden = Latent(
            source.slots.map { states.sliced($0.indices, axis: 1) } ?? states,
            stride: sizeMultiple)
        let joined = joinedStage.map {
            concatenated([hidden.flattenedSlots, pyramid.grid($0)], axis: -1).expanded(axis: 1)
        }
        return Latent(
            joined ?? hidden.tensor, stride: sizeMultiple,
            finer: source.skips ? pyramid.finer(than: sizeMultiple) : [])
    }

    /// Returns the stream after the layer, `[N, t, h, w, width]`.
    private func stream(_ condition: PriorCondition) -> Tensor<Float> {
        guard let codebook else {
            return prior.hidden(
                asking: source.query, layers: [source.layer], condition, .inference)[0]
        }
        return prior.hidden(
            asking: source.query, refinements: source.refinements ?? 0, codebook: codebook.value,
            layers: [source.layer], condition, .inference)[0]
    }

    private var joinedStage: Int? {
        source.joins ? FramePyramid.stage(ofStride: sizeMultiple) : nil
    }

    private func requireSize(_ height: Int, _ width: Int) {
        require(
            height == conditioning.height && width == conditioning.width,
            "PriorEncoder: frames of \(height) × \(width) for a prior of "
                + "\(conditioning.height) × \(conditioning.width)")
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("resnet", &resnet)
        visitor.module("prior", &prior)
        if var codebook {
            visitor.buffer("codebook", &codebook)
            self.codebook = codebook
        }
    }
}
