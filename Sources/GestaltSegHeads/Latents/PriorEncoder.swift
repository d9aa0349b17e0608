import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// What a video prior expects to happen after a frame, as a source of latents: its residual stream
/// when it is told the frame and nothing else.
///
/// Every position of the coming clip asks with its place alone: its token is the start vector, zeros,
/// or the vector of a hidden code; the causal mask stays, and attention to the frame's features is
/// all that tells one frame from another. So layer 0 is the same for all frames, a control.
///
/// ```swift
/// let encoder = PriorEncoder(predictor.prior, layer: 2)
/// let latent = encoder.encode(frames, .inference)                   // [N, t, h, w, width]
/// ```
/// Dropout is off whatever trains: a latent is a function of the frame, so that one made once equals
/// one made anew. Gradients pass a frozen prior and reach the frame encoder. The parts are `resnet`,
/// the frame encoder, and `prior`, all the rest, positions of the features included. A prior of
/// several frames gets the frame repeated.
///
/// - Shapes: frames `[N, H, W, 3]` of the prior's size to `[N, t, h, w, width]`; with `joins`
///   `[N, 1, h, w, t·width + C]`.
/// - Source: Maier and Mohankumar, *Video Prediction Models as General Visual Encoders* (2024), the
///   transformer-informed latent; how to ask without codes is this package's.
public struct PriorEncoder: StoredEncoder {
    /// Where in the prior the latent is taken.
    public struct Source: Codable, Sendable, Equatable {
        /// How many blocks lie before it, 0 … layers.
        public var layer: Int
        /// What stands for the codes, which are unknown.
        public var query: VideoPrior.Query
        /// Whether the frame encoder's stages of smaller strides ride along.
        public var skips: Bool
        /// Whether the frame encoder's stage of the same stride stands beside the slots, all as
        /// channels of one slot.
        public var joins: Bool

        public init(
            layer: Int, query: VideoPrior.Query, skips: Bool = false, joins: Bool = false
        ) {
            self.layer = layer
            self.query = query
            self.skips = skips
            self.joins = joins
        }
    }

    public var resnet: FrameEncoder
    /// Without its frame encoder, which is ``resnet``.
    public var prior: VideoPrior
    public let source: Source
    private let conditioning: FrameConditioning

    /// - Precondition: `source` fits a prior that is given frames and nothing else;
    ///   see ``Configuration/validate()``.
    public init(_ prior: VideoPrior, source: Source) {
        guard let resnet = prior.resnet, let conditioning = prior.configuration.conditioning else {
            stop("PriorEncoder: a prior that is given no frames")
        }
        self.resnet = resnet
        self.prior = prior
        self.prior.resnet = nil
        self.source = source
        self.conditioning = conditioning
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(VideoPrior(configuration.sizes, random: &random), source: configuration.source)
    }

    /// - Parameter query: nil takes the prior's usual one: with hidden codes where training has
    ///   shown it some, else with the start vector.
    /// - Precondition: as ``init(_:source:)``.
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

    /// - Precondition: the size of the prior's frames; its positions are tables.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        requireSize(height, width)
        let sizes = prior.configuration
        let beside = joinedStage.map { conditioning.encoder.channels[$0 - 1] }
        return LatentShape(
            slots: beside == nil ? sizes.latent.time : 1, height: sizes.latent.height,
            width: sizes.latent.width,
            channels: beside.map { sizes.latent.time * sizes.width + $0 } ?? sizes.width,
            stride: sizeMultiple,
            finer: source.skips ? conditioning.encoder.finer(than: sizeMultiple) : [])
    }

    /// - Precondition: frames of the prior's size.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let still = frames.standingStill(conditioning.frames, for: "PriorEncoder")
        requireSize(frames.shape[1], frames.shape[2])
        let pyramid = FramePyramid(stages: resnet.stages(still, context))
        let condition = prior.condition(stage: pyramid.stages[3])
        let hidden = Latent(
            prior.hidden(
                asking: source.query, layers: [source.layer], condition, .inference)[0],
            stride: sizeMultiple)
        let joined = joinedStage.map {
            concatenated([hidden.flattenedSlots, pyramid.grid($0)], axis: -1).expanded(axis: 1)
        }
        return Latent(
            joined ?? hidden.tensor, stride: sizeMultiple,
            finer: source.skips ? pyramid.finer(than: sizeMultiple) : [])
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
    }
}
