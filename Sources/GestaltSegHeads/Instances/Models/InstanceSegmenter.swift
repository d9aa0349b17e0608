import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// An encoder and an instance head: from frames to latents to instances.
///
/// ```swift
/// var random = RandomStream(seed: 0)
/// let model = InstanceSegmenter(
///     InstanceSegmenterConfiguration(encoder: DenseEncoderConfiguration(), classes: 3),
///     random: &random)
/// let map = try model.instances(image: Image.read("frame.png"))
/// print(map.instances.count, map.ids.shape)
/// ```
/// Paths start with `encoder` and `head`, as those of a ``Segmenter``.
public struct InstanceSegmenter: InstanceModel, StoredModel, EncoderContaining {
    public let configuration: InstanceSegmenterConfiguration
    public var encoder: any StoredEncoder
    public var head: any InstanceHead

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: InstanceSegmenterConfiguration, random: inout RandomStream) {
        let encoder = configuration.encoder.encoder(random: &random)
        self.init(configuration, encoder: encoder, random: &random)
    }

    /// An untrained head on a trained encoder.
    /// - Precondition: the configuration is valid, and its encoder is that of `encoder`, which reads
    ///   single frames.
    public init(
        _ configuration: InstanceSegmenterConfiguration, encoder: any StoredEncoder,
        random: inout RandomStream
    ) {
        require(
            Tagged.areEqual(encoder.configuration, configuration.encoder) && !encoder.readsClips,
            "InstanceSegmenter: an encoder of \(encoder.configuration) for "
                + "\(configuration.encoder), of single frames")
        self.configuration = configuration
        self.encoder = encoder
        let shape = encoder.latentShape(
            height: configuration.input.height, width: configuration.input.width)
        head = configuration.head.head(shape, classes: configuration.classes, random: &random)
    }

    public var title: String { "an instance segmentation model (head on \(encoder.name))" }
    public var input: PictureInput { configuration.input }
    public var classes: Int { configuration.classes }

    /// The encoder's, and such that the coarse grid of queries divides a frame.
    public var sizeMultiple: Int {
        let multiple = encoder.sizeMultiple
        return multiple
            * ((1...QueryMemory.stride).first {
                (multiple * $0) % QueryMemory.stride == 0
            } ?? QueryMemory.stride)
    }

    public func loss(
        of frames: Tensor<Float>, _ targets: InstanceTargets, _ context: Context
    ) -> InstanceLoss {
        require(
            frames.rank == 4 && frames.shape[0] == targets.count
                && frames.shape[1] == targets.height && frames.shape[2] == targets.width,
            "InstanceSegmenter: frames \(frames.shape) with targets of \(targets.count) pictures of "
                + "\(targets.height) × \(targets.width)")
        let enlarged = input.normalized(frames).padded(toMultiplesOf: sizeMultiple)
        let latent = context.part("encoder") { encoder.encode(enlarged, context) }
        return context.part("head") {
            head.loss(
                latent, targets.padded(height: enlarged.shape[1], width: enlarged.shape[2]),
                context)
        }
    }

    public func proposals(_ frames: Tensor<Float>) -> [InstanceProposals] {
        require(
            frames.rank == 4 && frames.shape[3] == 3,
            "InstanceSegmenter: frames \(frames.shape) are not [N, H, W, 3]")
        let enlarged = input.normalized(frames).padded(toMultiplesOf: sizeMultiple)
        return head.proposals(encoder.encode(enlarged, .inference))
            .map { $0.cropped(height: frames.shape[1], width: frames.shape[2]) }
    }

    public func features(_ frames: Tensor<Float>) -> Latent.Stage? {
        encoder.features(input.normalized(frames))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("head", &head)
    }
}
