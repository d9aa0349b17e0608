import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The dense frame encoder of a video prior at full resolution, joined with the prior's hidden
/// states at theirs.
///
/// ```swift
/// let encoder = try DensePriorEncoder(
///     named: "dense+prior:hidden:2", on: predictor, random: &random)
/// let latent = encoder.encode(frames, .inference)   // [N, t, h, w, width], finer: [N, H, W, 32]
/// ```
/// The trunk runs once: its features are the finer stage of the latent, and what the prior is
/// conditioned on. The hidden states are those of ``PriorEncoder``: every code is unknown, so the
/// latent is a function of the single frame, computed without dropout. ``JoinedHead`` reads both.
///
/// The parts are `trunk`, which trains with a head by default, and `prior`, all the rest, including
/// its projection of the features. Gradients pass a frozen prior and reach the trunk. For a prior
/// with several conditioning frames the frame is repeated.
///
/// - Shapes: frames `[N, H, W, 3]` of the prior's size to `[N, t, h, w, width]`, with the finer
///   stage `[N, H, W, widths[0]]`.
public struct DensePriorEncoder: StoredEncoder {
    /// The source of the hidden states in the prior.
    public struct Source: Codable, Sendable, Equatable {
        /// The number of blocks before it, 0 … layers.
        public var layer: Int
        /// The substitute for the codes, which are unknown.
        public var query: VideoPrior.Query

        public init(layer: Int, query: VideoPrior.Query) {
            self.layer = layer
            self.query = query
        }
    }

    public var trunk: UShape
    /// The prior without its frame encoder, which is ``trunk``.
    public var prior: VideoPrior
    public let source: Source
    private let conditioning: FrameConditioning

    /// - Precondition: `source` fits a prior with a dense frame encoder that is conditioned on
    ///   frames alone; see ``Configuration/validate()``.
    public init(_ prior: VideoPrior, source: Source) {
        guard let dense = prior.frameEncoder as? DenseFrameEncoder,
            let conditioning = prior.configuration.conditioning
        else {
            stop("DensePriorEncoder: a prior without a dense frame encoder")
        }
        trunk = dense.trunk
        self.prior = prior
        self.prior.frameEncoder = nil
        self.source = source
        self.conditioning = conditioning
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(VideoPrior(configuration.sizes, random: &random), source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(sizes: prior.configuration, source: source)
    }
    public var sizeMultiple: Int { conditioning.height / prior.configuration.latent.height }

    /// - Precondition: the size of the prior's frames; its positions are fixed tables.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        requireSize(height, width)
        let sizes = prior.configuration
        return LatentShape(
            slots: sizes.latent.time, height: sizes.latent.height, width: sizes.latent.width,
            channels: sizes.width, stride: sizeMultiple,
            finer: [
                LatentShape.Stage(channels: conditioning.encoder.features.channels, stride: 1)
            ])
    }

    /// - Precondition: frames of the prior's size.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        require(
            frames.rank == 4 && frames.shape[3] == 3,
            "DensePriorEncoder: frames \(frames.shape) are not [N, H, W, 3]")
        requireSize(frames.shape[1], frames.shape[2])
        let features = context.part("trunk") { trunk.features(of: frames, context) }
        var repeated = features.shape.dimensions
        repeated.insert(conditioning.frames, at: 1)
        let condition = prior.condition(
            features: features.expanded(axis: 1).broadcast(to: Shape(repeated)), .inference)
        let hidden = prior.hidden(
            asking: source.query, layers: [source.layer], condition, .inference)[0]
        return Latent(
            hidden, stride: sizeMultiple, finer: [Latent.Stage(features, stride: 1)])
    }

    private func requireSize(_ height: Int, _ width: Int) {
        require(
            height == conditioning.height && width == conditioning.width,
            "DensePriorEncoder: frames of \(height) × \(width) for a prior of "
                + "\(conditioning.height) × \(conditioning.width)")
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("trunk", &trunk)
        visitor.module("prior", &prior)
    }
}
