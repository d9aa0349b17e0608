import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// The encoder of a video tokenizer as a source of latents.
///
/// - `still`: the frame repeated to the temporal stride, so one latent slot. Appearance, no motion.
/// - `clip`: a true clip; each slot is a latent of its own, for the mask of the frame in the
///   middle of the slot, see ``labeledFrames(clipLength:)``. It has seen what comes next: an upper
///   bound, not a single-frame row.
///
/// The codebook never learns here, whatever trains.
public struct TokenizerEncoder: StoredEncoder {
    public enum Mode: String, Sendable, Codable, CaseIterable { case still, clip }

    /// Where in the tokenizer the latent is taken.
    public enum Source: String, Sendable, Codable, CaseIterable {
        /// The encoder's features: `hidden` channels, not negative.
        case features
        /// Behind the projection, before quantization: `embedding` channels.
        case continuous
        /// The codebook's rows: `embedding` channels.
        case quantized
    }

    public var tokenizer: VQVAE
    public let mode: Mode
    public let source: Source

    /// - Precondition: height and width have the same stride.
    public init(_ tokenizer: VQVAE, mode: Mode = .still, source: Source = .continuous) {
        let strides = tokenizer.configuration.strides
        require(
            strides.height == strides.width,
            "TokenizerEncoder: strides \(strides) differ in height and width")
        self.tokenizer = tokenizer
        self.mode = mode
        self.source = source
    }

    public var configuration: EncoderConfiguration {
        .tokenizer(sizes: tokenizer.configuration, mode: mode, source: source)
    }
    public var seesFuture: Bool { mode == .clip }
    public var sizeMultiple: Int { tokenizer.configuration.strides.height }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        let configuration = tokenizer.configuration
        return LatentShape(
            slots: 1, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: source == .features ? configuration.hidden : configuration.embedding,
            stride: sizeMultiple)
    }

    /// The frames of a clip that its latents stand for: the middle of each slot, rounded up.
    public func labeledFrames(clipLength: Int) -> [Int] {
        let stride = tokenizer.configuration.strides.time
        return (0..<clipLength / stride).map { $0 * stride + stride / 2 }
    }

    /// Clips of T frames give T / stride latents each, one behind the other.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let clips =
            mode == .still
            ? frames.standingStill(
                tokenizer.configuration.strides.time, for: "TokenizerEncoder(.still)") : frames
        require(
            clips.rank == 5 && clips.shape[4] == 3,
            "TokenizerEncoder(.clip): frames \(frames.shape) are not [N, T, H, W, 3]")
        let grid = latents(of: clips, context)  // [N, t, h, w, channels]
        let shape = grid.shape
        return Latent(
            grid.reshaped([shape[0] * shape[1], 1, shape[2], shape[3], shape[4]]),
            stride: sizeMultiple)
    }

    private func latents(of clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        switch source {
        case .features: tokenizer.features(clips, context)
        case .continuous: tokenizer.continuousLatents(clips, context)
        case .quantized:
            // An inference pass of its own, so that the codebook stays as it is.
            tokenizer.codebook(tokenizer.continuousLatents(clips, context), .inference).embeddings
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
    }
}
