import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A model with an encoder of its own, trained or not, which other heads can be trained on.
public protocol EncoderContaining {
    var encoder: any StoredEncoder { get }
}

extension VisualEncoder {
    /// Returns the latents of frames `[N, H, W, 3]`, padded at the bottom and right where the encoder
    /// takes multiples of a size, as one grid.
    func features(_ frames: Tensor<Float>) -> Latent.Stage {
        let latent = encode(frames.padded(toMultiplesOf: sizeMultiple), .inference)
        return Latent.Stage(latent.flattenedSlots, stride: latent.stride)
    }
}

/// An encoder and a head: from frames to latents to scores.
///
/// Paths start with `encoder` and `head`, followed by the encoder's parts: `encoder.tokenizer`,
/// `encoder.resnet`, `encoder.prior`. Freezing `encoder` trains only the head. Latents of a frozen
/// encoder need not be recomputed: call ``encoder`` once and train ``head`` on the result.
public struct Segmenter: SegmentationModel, StoredModel, EncoderContaining {
    public let configuration: SegmenterConfiguration
    public var encoder: any StoredEncoder
    public var head: any SegmentationHead

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: SegmenterConfiguration, random: inout RandomStream) {
        let encoder = configuration.encoder.encoder(random: &random)
        self.init(configuration, encoder: encoder, random: &random)
    }

    /// An untrained head on a trained encoder.
    /// - Precondition: the configuration is valid, and its encoder is that of `encoder`.
    public init(
        _ configuration: SegmenterConfiguration, encoder: any StoredEncoder,
        random: inout RandomStream
    ) {
        require(
            Tagged.areEqual(encoder.configuration, configuration.encoder),
            "Segmenter: an encoder of \(encoder.configuration) for \(configuration.encoder)")
        self.configuration = configuration
        self.encoder = encoder
        let shape = encoder.latentShape(
            height: configuration.input.height, width: configuration.input.width)
        head = configuration.head.head(shape, classes: configuration.classes, random: &random)
    }

    public var title: String { "a segmentation model (head on \(encoder.name))" }
    public var input: PictureInput { configuration.input }
    public var classes: Int { configuration.classes }
    public var seesFuture: Bool { encoder.seesFuture }
    public var readsClips: Bool { encoder.readsClips }
    public var sizeMultiple: Int { encoder.sizeMultiple }
    public var acceptsAnySize: Bool {
        encoder.configuration.frameSize == nil && !head.hasFixedGrid
    }

    public func logits(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        padded(input.normalized(frames), to: encoder.sizeMultiple) { frames in
            let latent = context.part("encoder") { encoder.encode(frames, context) }
            return context.part("head") { head(latent, context) }
        }
    }

    public func features(_ frames: Tensor<Float>) -> Latent.Stage? {
        encoder.features(input.normalized(frames))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("head", &head)
    }
}
