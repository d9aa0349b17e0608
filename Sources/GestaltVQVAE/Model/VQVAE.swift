import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// VideoGPT's 3D VQ-VAE: maps clips to grids of codes, and grids of codes to clips.
///
/// ```swift
/// var random = RandomStream(seed: 0)
/// let tokenizer = VQVAE(.tiny, random: &random)
/// let codes = tokenizer.encode(clips)     // [N, T, H, W, 3] in [−0.5, 0.5] to [N, T/4, H/4, W/4]
/// let again = tokenizer.decode(codes)
/// ```
/// - Source: Yan et al., *VideoGPT* (2021), section 3.1; the public code's `vqvae.py`.
public struct VQVAE: VideoTokenizer {
    public var configuration: VQVAEConfiguration
    public var encoder: ClipEncoder
    public var preQuantization: Convolution
    public var codebook: any Quantizer
    public var postQuantization: Convolution
    public var decoder: ClipDecoder

    /// - Precondition: `configuration` is valid; see ``VQVAEConfiguration/validate()``.
    public init(_ configuration: VQVAEConfiguration, random: inout RandomStream) {
        let (hidden, embedding) = (configuration.hiddenChannels, configuration.embeddingWidth)
        self.configuration = configuration
        encoder = ClipEncoder(configuration, random: &random)
        preQuantization = Convolution(
            hidden, embedding, kernel: [1, 1, 1], padding: .same, random: &random)
        codebook = configuration.makeQuantizer(random: &random)
        postQuantization = Convolution(
            embedding, hidden, kernel: [1, 1, 1], padding: .same, random: &random)
        decoder = ClipDecoder(configuration, random: &random)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("decoder", &decoder)
        visitor.module("preQuantization", &preQuantization)
        visitor.module("postQuantization", &postQuantization)
        visitor.module("codebook", &codebook)
    }
}

extension VQVAE {
    /// The result of one forward pass.
    public struct Output: Sendable {
        /// The decoded clips, `[N, T, H, W, 3]`, nominally in [−0.5, 0.5], not clamped.
        public let reconstruction: Tensor<Float>
        /// Ids, `[N, t, h, w]`.
        public let codes: Tensor<Int32>
        /// Mean squared error divided by the variance of the data.
        public let reconstructionLoss: Tensor<Float>
        /// The quantizer's part of the loss, of a table of moving averages the commitment.
        public let quantizerLoss: Tensor<Float>
        /// The terms of that part, for logs.
        public let quantizerMetrics: [(name: String, value: Float)]
        /// The exponential of the entropy of the batch's codes: the effective number of codes.
        public let perplexity: Float

        /// The training loss.
        public var loss: Tensor<Float> { reconstructionLoss + quantizerLoss }

        /// The same values as constants, to be kept after a training step.
        public var detached: Output {
            Output(
                reconstruction: reconstruction.detached, codes: codes,
                reconstructionLoss: reconstructionLoss.detached,
                quantizerLoss: quantizerLoss.detached, quantizerMetrics: quantizerMetrics,
                perplexity: perplexity)
        }
    }

    /// Encodes, quantizes and decodes.
    /// - Precondition: `clips` are `[N, T, H, W, 3]` with lengths that the strides divide, and the
    ///   configuration has a `dataVariance`.
    public func callAsFunction(_ clips: Tensor<Float>, _ context: Context) -> Output {
        forward(clips, context) { codebook($0, context) }
    }

    /// Runs a pass with random draws of the caller, such as recorded ones.
    /// - Precondition: the codes are a table of moving averages.
    package func forward(
        _ clips: Tensor<Float>, _ context: Context, draws: inout some CodebookDraws
    ) -> Output {
        guard let averages else { stop("VQVAE: \(type(of: codebook)) draws nothing") }
        return forward(clips, context) { averages.quantize($0, context, draws: &draws) }
    }

    /// The table of moving averages; nil for another quantizer.
    package var averages: Codebook? {
        get { codebook as? Codebook }
        set { if let newValue { codebook = newValue } }
    }

    private func forward(
        _ clips: Tensor<Float>, _ context: Context,
        quantize: (Tensor<Float>) -> Quantized
    ) -> Output {
        guard let variance = configuration.dataVariance else {
            stop(
                "the tokenizer's configuration has no dataVariance: measure it over the training clips first"
            )
        }
        let latents = continuousLatents(clips, context)
        let quantized = quantize(latents)
        let reconstruction = context.part("decoder") {
            decoder(postQuantization(quantized.embeddings, context), context)
        }
        return Output(
            reconstruction: reconstruction, codes: quantized.codes,
            reconstructionLoss: (reconstruction - clips).squared().mean() / variance,
            quantizerLoss: quantized.loss, quantizerMetrics: quantized.metrics,
            perplexity: quantized.perplexity)
    }

    /// Returns the encoder features before quantization: `[N, t, h, w, hidden]`, ≥ 0.
    public func features(_ clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        requireFit(clips)
        return context.part("encoder") { encoder(clips, context) }
    }

    /// Returns the latents that are quantized: `[N, t, h, w, embedding]`.
    public func continuousLatents(_ clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let features = features(clips, context)
        return context.part("preQuantization") { preQuantization(features, context) }
    }

    /// Encodes clips `[N, T, H, W, 3]` in [−0.5, 0.5] to codes `[N, t, h, w]`.
    public func encode(_ clips: Tensor<Float>) -> Tensor<Int32> {
        codebook.codes(of: continuousLatents(clips, .inference))
    }

    /// Decodes codes `[N, t, h, w]` to clips `[N, T, H, W, 3]`, nominally in [−0.5, 0.5], not
    /// clamped.
    public func decode(_ codes: Tensor<Int32>) -> Tensor<Float> {
        decoder(postQuantization(codebook.embeddings(of: codes), .inference), .inference)
    }

    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        codebook.embeddings(of: codes)
    }

    public func trainingPass(_ clips: Tensor<Float>, _ context: Context) -> TokenizerPass {
        let output = self(clips, context)
        return TokenizerPass(
            loss: output.loss,
            metrics: [("reconstruction", output.reconstructionLoss.scalar)]
                + output.quantizerMetrics + [("perplexity", output.perplexity)],
            codes: output.codes)
    }

    public mutating func begin(with clips: Tensor<Float>, random: inout RandomStream) {
        codebook.begin(with: continuousLatents(clips, .inference), random: &random)
    }

    /// `continuous`, the projected latents before quantization; `features`, the nonnegative encoder
    /// features; `quantized`, the embeddings of the codes.
    public var latents: [(name: String, channels: Int)] {
        [
            ("continuous", configuration.embeddingWidth),
            ("features", configuration.hiddenChannels),
            ("quantized", configuration.embeddingWidth),
        ]
    }

    /// Returns latents by name. The codebook is never updated, even in training.
    public func latents(
        of clips: Tensor<Float>, _ name: String, _ context: Context
    ) -> Tensor<Float> {
        switch name {
        case "continuous": continuousLatents(clips, context)
        case "features": features(clips, context)
        case "quantized": codebook(continuousLatents(clips, context), .inference).embeddings
        default: stop("VQVAE: no latents “\(name)”; there are \(latents.map(\.name))")
        }
    }
}
