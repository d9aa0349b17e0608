import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A causal video tokenizer: maps clips of 1 + S·n frames to 1 + n slots of codes, and back.
///
/// ```swift
/// var random = RandomStream(seed: 0)
/// let tokenizer = MagvitTokenizer(.small, random: &random)
/// let codes = tokenizer.encode(clips)     // [N, 17, 64, 64, 3] to [N, 5, 16, 16]
/// let first = tokenizer.encode(clips[0..., 0..<1])            // [N, 1, 16, 16]: the same codes
/// ```
/// Slot 0 is the first frame alone; slot j ends with frame S·j. Earlier slots are equal to the bit,
/// whatever follows: with a fixed number of threads and instruction set, codes and
/// values of a clip's beginning are those of the whole clip. With `padding: same` it is MAGVIT-1's
/// 3D-VQ, of S·n frames, without this property.
///
/// The loss is the squared error over `dataVariance` and the quantizer's part. The public programs
/// add a perceptual and an adversarial term, which have no counterpart here: expect smoother
/// images than theirs at equal sizes.
/// - Source: Yu et al., *MAGVIT* (2023), and *Language Model Beats Diffusion* (2023).
public struct MagvitTokenizer: VideoTokenizer {
    public var configuration: MagvitConfiguration
    public var encoder: MagvitEncoder
    public var quantizer: any Quantizer
    public var decoder: MagvitDecoder

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: MagvitConfiguration, random: inout RandomStream) {
        self.configuration = configuration
        encoder = MagvitEncoder(configuration, random: &random)
        quantizer = configuration.quantizer.value.quantizer(random: &random)
        decoder = MagvitDecoder(configuration, random: &random)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("quantizer", &quantizer)
        visitor.module("decoder", &decoder)
    }

    public mutating func begin(with clips: Tensor<Float>, random: inout RandomStream) {
        quantizer.begin(with: continuousLatents(clips, .inference), random: &random)
    }
}

extension MagvitTokenizer {
    /// The result of one forward pass.
    public struct Output: Sendable {
        /// The decoded clips, `[N, T, H, W, 3]`, nominally in [−0.5, 0.5], not clamped.
        public let reconstruction: Tensor<Float>
        public let quantized: Quantized
        /// Mean squared error divided by the configuration's `dataVariance`.
        public let reconstructionLoss: Tensor<Float>
        /// The root mean square of the latents before quantization.
        public let latentMagnitude: Float

        /// The training loss.
        public var loss: Tensor<Float> { reconstructionLoss + quantized.loss }
    }

    /// Encodes, quantizes and decodes.
    /// - Precondition: `clips` are `[N, T, H, W, 3]` of lengths that the configuration's
    ///   `latentShape` accepts.
    public func callAsFunction(_ clips: Tensor<Float>, _ context: Context) -> Output {
        let latents = continuousLatents(clips, context)
        let quantized = context.part("quantizer") { quantizer(latents, context) }
        let reconstruction = context.part("decoder") {
            decoder(quantized.embeddings, nil, context)
        }
        let error = (reconstruction - clips).squared().mean()
        return Output(
            reconstruction: reconstruction, quantized: quantized,
            reconstructionLoss: error / configuration.dataVariance,
            latentMagnitude: latents.detached.squared().mean().scalar.squareRoot())
    }

    /// Returns the latents before quantization, `[N, t, h, w, D]`.
    public func continuousLatents(_ clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        requireFit(clips)
        return context.part("encoder") { encoder(clips, nil, context) }
    }

    /// Encodes clips `[N, T, H, W, 3]` in [−0.5, 0.5] to codes `[N, t, h, w]`.
    /// - Precondition: as for ``callAsFunction(_:_:)``.
    public func encode(_ clips: Tensor<Float>) -> Tensor<Int32> {
        quantizer.codes(of: continuousLatents(clips, .inference))
    }

    /// Decodes codes `[N, t, h, w]` to clips `[N, T, H, W, 3]`, nominally in [−0.5, 0.5], not
    /// clamped.
    /// - Precondition: each code is in 0 ..< K.
    public func decode(_ codes: Tensor<Int32>) -> Tensor<Float> {
        decoder(quantizer.embeddings(of: codes), nil, .inference)
    }

    /// Returns the embeddings of codes, `[…]` to `[…, D]`.
    /// - Precondition: each code is in 0 ..< K.
    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        quantizer.embeddings(of: codes)
    }

    public func trainingPass(_ clips: Tensor<Float>, _ context: Context) -> TokenizerPass {
        let output = self(clips, context)
        let error = output.reconstructionLoss.scalar * configuration.dataVariance
        let decibels = -10 * Tensor<Float>(error).log().scalar / Tensor<Float>(10).log().scalar
        return TokenizerPass(
            loss: output.loss,
            metrics: [("reconstruction", output.reconstructionLoss.scalar), ("psnr", decibels)]
                + output.quantized.metrics + [
                    ("latent_magnitude", output.latentMagnitude),
                    ("perplexity", output.quantized.perplexity),
                ],
            codes: output.quantized.codes)
    }

    /// `continuous`, the latents before quantization; `features`, the encoder's before its last
    /// convolution; `quantized`, the embeddings of the codes.
    public var latents: [(name: String, channels: Int)] {
        [
            ("continuous", configuration.embeddingWidth),
            ("features", configuration.widths[configuration.widths.count - 1]),
            ("quantized", configuration.embeddingWidth),
        ]
    }

    /// Returns latents by name. Statistics of the quantizer are never updated, even in training.
    public func latents(
        of clips: Tensor<Float>, _ name: String, _ context: Context
    ) -> Tensor<Float> {
        pyramid(of: clips, name, context).latents
    }

    /// Returns latents by name, and the outputs of the encoder's finer levels, finest first.
    func pyramid(
        of clips: Tensor<Float>, _ name: String, _ context: Context
    ) -> (latents: Tensor<Float>, finer: [Tensor<Float>]) {
        requireFit(clips)
        return context.part("encoder") {
            let (features, finer) = encoder.pyramid(clips, nil, context)
            guard name != "features" else { return (features, finer) }
            let continuous = context.part("output") { encoder.output(features) }
            switch name {
            case "continuous": return (continuous, finer)
            case "quantized": return (quantizer(continuous, .inference).embeddings, finer)
            default:
                stop("MagvitTokenizer: no latents “\(name)”; there are \(latents.map(\.name))")
            }
        }
    }
}
