import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// A transformer that predicts the codes of a clip one after the other, from the codes before, and
/// from the conditioning frames, a class or actions where configured.
///
/// The codes arrive as rows of the tokenizer's codebook, `[N, t, h, w, embedding]`, in raster
/// order: time outermost, width innermost. A linear layer projects them to the stream's width, a
/// shift by one puts a learned start-of-sequence embedding first, and the embedding of the
/// position to be predicted is added; then come the blocks, a norm and a linear layer to the
/// logits of all codes.
///
/// ```swift
/// let condition = prior.condition(frames: frames, .inference)
/// let logits = prior.logits(embeddings, condition, .inference)      // [N, t, h, w, K]
/// ```
/// - Source: Yan et al., *VideoGPT* (2021), section 3.2; the public code's `gpt.py`.
public struct VideoPrior: CodePrior {
    public let configuration: PriorConfiguration
    /// VideoGPT's frame encoder, under VideoGPT's name; nil for a prior with another one.
    public var resnet: FrameEncoder?
    /// A frame encoder of another kind in ``FrameNetworks``.
    public var frameEncoder: (any FrameNetwork)?
    /// The convolution from the features of ``frameEncoder`` to the width and the stride that the
    /// prior attends to, where they have others.
    public var frameProjection: Convolution?
    public var framePositions: PositionTables?
    /// The projection of the last frame's features to the stream, cell by cell; see
    /// ``FrameConditioning/isAligned``.
    public var frameInput: Linear?
    /// The projection of an action `[stride · actionWidth]` to the stream.
    public var actionInput: Linear?
    /// `[embedding, width]`, without bias.
    public var input: Tensor<Float>
    /// The start-of-sequence embedding, `[width]`.
    public var start: Tensor<Float>
    /// The masked-token embedding, `[width]`; only with code dropout.
    public var hiddenCode: Tensor<Float>?
    public var positions: PositionTables
    public var blocks: [PriorBlock]
    public var norm: PriorNorm
    /// `[width, codes]`, without bias, from zeros: the first loss is exactly ln K.
    public var output: Tensor<Float>

    /// Initial standard deviation of `input`, `start` and `hiddenCode`. Source: VideoGPT, `gpt.py`.
    private static let inputDeviation: Float = 0.02

    public var grid: Extent3 { configuration.latent }
    public var codeCount: Int { configuration.codeCount }

    /// - Precondition: `configuration` is valid; see ``PriorConfiguration/validate()``.
    public init(_ configuration: PriorConfiguration, random: inout RandomStream) {
        self.configuration = configuration
        let width = configuration.width
        if let conditioning = configuration.conditioning {
            let network = conditioning.encoder.network(random: &random)
            resnet = network as? FrameEncoder
            if resnet == nil { frameEncoder = network }
            if let own = conditioning.projected {
                let factor = FrameConditioning.stride / own.stride
                frameProjection = Convolution(
                    own.channels, conditioning.encoder.outputWidth, kernel: [factor, factor],
                    stride: [factor, factor], random: &random)
            }
            framePositions = PositionTables(
                grid: conditioning.grid, channels: conditioning.encoder.outputWidth,
                random: &random)
            if conditioning.isAligned {
                frameInput = Linear(conditioning.encoder.outputWidth, width, random: &random)
            }
        }
        if let actionWidth = configuration.actionWidth, let stride = configuration.actionStride {
            actionInput = Linear(stride * actionWidth, width, random: &random)
        }
        input = random.normal(
            [configuration.embeddingWidth, width], standardDeviation: Self.inputDeviation)
        start = random.normal([width], standardDeviation: Self.inputDeviation)
        if configuration.codeDropout != nil {
            hiddenCode = random.normal([width], standardDeviation: Self.inputDeviation)
        }
        positions = PositionTables(
            grid: configuration.latent.array, channels: width, random: &random)
        blocks = []
        for _ in 0..<configuration.layers {
            blocks.append(PriorBlock(configuration, random: &random))
        }
        norm = PriorNorm(width: width, classes: configuration.classes, random: &random)
        output = .zeros([width, configuration.codeCount])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("resnet", &resnet)
        if var network = frameEncoder.take() {
            visitor.module("frameEncoder", &network)
            frameEncoder = network
        }
        visitor.module("frameProjection", &frameProjection)
        visitor.module("framePositions", &framePositions)
        visitor.module("frameInput", &frameInput)
        visitor.module("actionInput", &actionInput)
        visitor.parameter("input", &input)
        visitor.parameter("start", &start)
        visitor.parameter("hiddenCode", &hiddenCode)
        visitor.module("positions", &positions)
        visitor.modules("blocks", &blocks)
        visitor.module("norm", &norm)
        visitor.parameter("output", &output)
    }
}
