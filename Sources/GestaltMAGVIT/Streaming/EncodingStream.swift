import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Encodes a clip as its frames arrive, in bounded memory: the codes are those of the whole clip,
/// equal to the bit.
///
/// <!-- given: let tokenizer: MagvitTokenizer = given() -->
/// ```swift
/// var stream = EncodingStream(tokenizer)
/// for index in 0..<clips.shape[1] {
///     let codes = stream.append(clips[0..., index])           // [N, H, W, 3] to [N, 1, h, w]
///     print(codes.map { "\($0.shape)" } ?? "the slot is not closed")
/// }
/// ```
/// The first frame closes a slot, then every S-th. Between slots each convolution's last frames are
/// kept, and the frames of the slot that is not closed.
public struct EncodingStream: Sendable {
    public let tokenizer: MagvitTokenizer
    private var edges: [FrameEdge] = []
    private var waiting: [Tensor<Float>] = []

    /// - Precondition: the tokenizer is causal.
    public init(_ tokenizer: MagvitTokenizer) {
        require(
            tokenizer.configuration.padding == .causal,
            "EncodingStream: a tokenizer with padding \(tokenizer.configuration.padding) "
                + "sees later frames")
        self.tokenizer = tokenizer
    }

    /// Frames that wait for their slot to close; they have no codes yet.
    public var waitingCount: Int { waiting.count }

    /// Adds a frame; returns the codes `[N, 1, h, w]` of the slot that it closes, if it does.
    ///
    /// - Parameter frame: `[N, H, W, 3]` in [−0.5, 0.5].
    /// - Precondition: all frames have one shape, with sides that the strides divide.
    public mutating func append(_ frame: Tensor<Float>) -> Tensor<Int32>? {
        let latents = appendLatents(frame)
        return latents.map { tokenizer.quantizer.codes(of: $0) }
    }

    /// Adds a frame; returns the latents before quantization `[N, 1, h, w, D]` of the slot that it
    /// closes, if it does.
    public mutating func appendLatents(_ frame: Tensor<Float>) -> Tensor<Float>? {
        let strides = tokenizer.configuration.strides
        require(
            frame.rank == 4 && frame.shape[3] == 3 && frame.shape[1] % strides.height == 0
                && frame.shape[2] % strides.width == 0
                && (waiting.first.map { $0.shape == frame.shape } ?? true),
            "EncodingStream: frame \(frame.shape) is not [N, H, W, 3] with sides that "
                + "\(strides.height) and \(strides.width) divide, like those before")
        waiting.append(frame)
        guard waiting.count == (edges.isEmpty ? 1 : strides.time) else { return nil }
        let part = stacked(waiting, axis: 1)
        waiting = []
        let history = FrameHistory(after: edges)
        let latents = tokenizer.encoder(part, history, .inference)
        edges = history.edges
        return latents
    }
}

/// Decodes slots of codes as they arrive: the frames are those of the whole clip, equal to the bit.
///
/// The first slot makes one frame, every other S.
public struct DecodingStream: Sendable {
    public let tokenizer: MagvitTokenizer
    private var edges: [FrameEdge] = []

    /// - Precondition: the tokenizer is causal.
    public init(_ tokenizer: MagvitTokenizer) {
        require(
            tokenizer.configuration.padding == .causal,
            "DecodingStream: a tokenizer with padding \(tokenizer.configuration.padding) "
                + "sees later slots")
        self.tokenizer = tokenizer
    }

    /// Adds slots `[N, slots, h, w]`; returns the frames that they make, `[N, frames, H, W, 3]`.
    /// - Precondition: at least one slot; each code is below the number of codes.
    public mutating func append(_ codes: Tensor<Int32>) -> Tensor<Float> {
        require(
            codes.rank == 4 && codes.shape[1] > 0,
            "DecodingStream: codes \(codes.shape) are not [N, slots, h, w]")
        let history = FrameHistory(after: edges)
        let embeddings = tokenizer.quantizer.embeddings(of: codes)
        let frames = tokenizer.decoder(embeddings, history, .inference)
        edges = history.edges
        return frames
    }
}
