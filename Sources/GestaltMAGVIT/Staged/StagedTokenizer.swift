import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The tokenizer of `magvit2-pytorch` as a list of stages: clips of 1 + S·n frames to 1 + n slots.
///
/// It exists to read that program's checkpoints, and computes what it computes: S − 1 frames of
/// zeros before a clip, a causal convolution, stages, and the quantizer between two linear layers
/// where the widths differ; the decoder's first S − 1 frames are dropped. With a temporal stride
/// above 1 slot j ends with frame S·j − (S − 1), so the first slot sees no frame at all:
/// ``MagvitTokenizer`` is the better one to train.
///
/// Of its stages those with attention, conditions and a separate first frame have no counterpart.
/// The original's layer norm before the quantizer is stored but not run, and is not part of this
/// model either.
/// - Source: the module structure of `magvit2-pytorch` 0.5.
public struct StagedTokenizer: VideoTokenizer {
    public var configuration: StagedConfiguration
    public var encoder: Half
    public var projectIn: Linear?
    public var quantizer: any Quantizer
    public var projectOut: Linear?
    public var decoder: Half

    /// The encoder or the decoder.
    public struct Half: Module {
        /// The first convolution of the encoder, the last one of the decoder.
        public var pixels: StagedConvolution
        /// In the encoder's order.
        public var stages: [StagedStage]

        init(_ configuration: StagedConfiguration, isDecoder: Bool, random: inout RandomStream) {
            let width = configuration.width
            pixels =
                isDecoder
                ? StagedConvolution(
                    width, 3, kernel: configuration.outputKernel, random: &random)
                : StagedConvolution(
                    3, width, kernel: configuration.inputKernel, random: &random)
            stages = []
            for (stage, inputs) in zip(configuration.stages, configuration.widths) {
                stages.append(
                    StagedStage(
                        stage, inputs, kernel: configuration.residualKernel,
                        isDoubling: isDecoder, random: &random))
            }
        }

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.module("pixels", &pixels)
            visitor.modules("stages", &stages)
        }
    }

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: StagedConfiguration, random: inout RandomStream) {
        self.configuration = configuration
        let (channels, width) = (configuration.widths.last!, configuration.embeddingWidth)
        encoder = Half(configuration, isDecoder: false, random: &random)
        if channels != width { projectIn = Linear(channels, width, random: &random) }
        quantizer = configuration.quantizer.value.quantizer(random: &random)
        if channels != width { projectOut = Linear(width, channels, random: &random) }
        decoder = Half(configuration, isDecoder: true, random: &random)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("projectIn", &projectIn)
        visitor.module("quantizer", &quantizer)
        visitor.module("projectOut", &projectOut)
        visitor.module("decoder", &decoder)
    }

    public mutating func begin(with clips: Tensor<Float>, random: inout RandomStream) {
        quantizer.begin(with: latents(of: clips, "continuous", .inference), random: &random)
    }
}

extension StagedTokenizer {
    public func encode(_ clips: Tensor<Float>) -> Tensor<Int32> {
        quantizer.codes(of: latents(of: clips, "continuous", .inference))
    }

    /// - Precondition: each code is in 0 ..< K.
    public func decode(_ codes: Tensor<Int32>) -> Tensor<Float> {
        decoded(quantizer.embeddings(of: codes), .inference)
    }

    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        quantizer.embeddings(of: codes)
    }

    public func trainingPass(_ clips: Tensor<Float>, _ context: Context) -> TokenizerPass {
        let latents = latents(of: clips, "continuous", context)
        let quantized = context.part("quantizer") { quantizer(latents, context) }
        let error = (decoded(quantized.embeddings, context) - clips).squared().mean()
        return TokenizerPass(
            loss: error + quantized.loss,
            metrics: [("reconstruction", error.scalar)] + quantized.metrics
                + [("perplexity", quantized.perplexity)], codes: quantized.codes)
    }

    /// `continuous`, the latents before quantization; `features`, the encoder's; `quantized`, the
    /// embeddings of the codes.
    public var latents: [(name: String, channels: Int)] {
        [
            ("continuous", configuration.embeddingWidth),
            ("features", configuration.widths.last!),
            ("quantized", configuration.embeddingWidth),
        ]
    }

    public func latents(
        of clips: Tensor<Float>, _ name: String, _ context: Context
    ) -> Tensor<Float> {
        requireFit(clips)
        let padded = (clips + configuration.pixelOffset)
            .padded(before: configuration.strides.time - 1, after: 0, axis: 1)
        let features = encoder.stages.reduce(encoder.pixels(padded)) { $1($0) }
        if name == "features" { return features }
        let continuous = projectIn.map { $0(features, context) } ?? features
        switch name {
        case "continuous": return continuous
        case "quantized": return quantizer(continuous, .inference).embeddings
        default: stop("StagedTokenizer: no latents “\(name)”; there are \(latents.map(\.name))")
        }
    }

    private func decoded(_ embeddings: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let features = projectOut.map { $0(embeddings, context) } ?? embeddings
        let frames = decoder.pixels(decoder.stages.reversed().reduce(features) { $1($0) })
        let first = configuration.strides.time - 1
        return frames[0..., first..<frames.shape[1]] - configuration.pixelOffset
    }
}
