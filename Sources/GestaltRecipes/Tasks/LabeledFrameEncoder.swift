import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Latents of single labeled frames, for encoders of frames and of clips.
///
/// An encoder of clips receives a window in which the frame is the one that a slot describes, the
/// slot as near to the window's middle as the clip's ends allow. Where no window of the clip puts
/// the frame there, at the ends of the clip, the window extends beyond and the first or last frame
/// is repeated.
public struct LabeledFrameEncoder: Sendable {
    public let encoder: any VisualEncoder
    /// Frames of a window.
    public let window: Int

    /// The default window, as long as the clips that tokenizers are trained on.
    public static let usualWindow = 16

    /// - Parameter window: by default the length that the encoder requires, else 16.
    /// - Precondition: the temporal stride of an encoder that reads clips divides `window`.
    public init(_ encoder: any VisualEncoder, window: Int? = nil) {
        let stride = encoder.readsClips ? encoder.temporalStride : 1
        let window = window ?? encoder.clipLength ?? Self.usualWindow
        require(
            window > 0 && window % stride == 0,
            "LabeledFrameEncoder: a window of \(window) with stride \(stride)")
        self.encoder = encoder
        self.window = window
    }

    /// Returns the name of a stored encoder with its configuration, which with its weights determine
    /// its latents; nil for an encoder of which only its program knows what does.
    /// - Throws: `ConfigurationError` for a configuration that JSON cannot hold.
    func name() throws -> String? {
        guard let encoder = encoder as? any StoredEncoder else { return nil }
        let configuration = try StrictJSON.encode(encoder.configuration)
        return "\(encoder.name) " + String(decoding: configuration, as: UTF8.self)
    }

    /// Returns the latents of frames, in order.
    /// - Parameter clips: by number, those of the frames.
    /// - Throws: errors of the encoder.
    /// - Precondition: the clips are there.
    func encode(
        _ frames: some Collection<FrameIndex>, of clips: [Int: Clip], flipped: Bool
    ) throws -> Latent {
        try latent(windows: windows(of: frames, in: clips), flipped: flipped)
    }

    /// Returns the masks of frames, `[N, H, W]`.
    /// - Precondition: the clips are there and the frames have masks.
    func masks(
        of frames: some Collection<FrameIndex>, in clips: [Int: Clip], flipped: Bool
    ) -> Tensor<UInt8> {
        let masks = frames.map { index in
            let clip = Self.clip(index, in: clips)
            guard let masks = clip.masks else {
                stop("LabeledFrameEncoder: \(clip.name) has no masks")
            }
            return masks[index.frame]
        }
        return stacked(masks, axis: 0).mirroredLabels(if: flipped)
    }

    /// Returns the encoder's inputs for frames, see ``window(of:in:)``.
    func windows(
        of frames: some Collection<FrameIndex>, in clips: [Int: Clip]
    ) -> [(pixels: Tensor<UInt8>, slot: Int)] {
        frames.map { window(of: $0.frame, in: Self.clip($0, in: clips)) }
    }

    private static func clip(_ index: FrameIndex, in clips: [Int: Clip]) -> Clip {
        guard let clip = clips[index.clip] else {
            stop("LabeledFrameEncoder: clip \(index.clip) is not among those read")
        }
        return clip
    }

    /// Returns the encoder's input for a frame: the frame as bytes `[H, W, 3]`, or its window
    /// `[T, H, W, 3]`, and the slot of the frame.
    func window(of frame: Int, in clip: Clip) -> (pixels: Tensor<UInt8>, slot: Int) {
        guard encoder.readsClips else { return (clip.frames[frame], 0) }
        let (start, slot) = place(frame, clipLength: clip.frameCount)
        let indices = (start..<start + window).map { Int32(min(max($0, 0), clip.frameCount - 1)) }
        return (clip.frames.gathered(Tensor(indices), axis: 0), slot)
    }

    /// Returns the start of a frame's window, and the slot that describes the frame.
    package func place(_ frame: Int, clipLength: Int) -> (start: Int, slot: Int) {
        require(encoder.readsClips, "LabeledFrameEncoder: windows are for encoders of clips")
        let middles = encoder.labeledFrames(clipLength: window)
        let last = max(0, clipLength - window)
        let choices = middles.enumerated().map { slot, middle in
            let start = frame - middle
            let beyond = max(0, -start) + max(0, start - last)
            return (start: start, slot: slot, beyond: beyond, offset: abs(middle - window / 2))
        }
        let best = choices.min { ($0.beyond, $0.offset, $0.slot) < ($1.beyond, $1.offset, $1.slot) }
        guard let best else { stop("a window without slots") }
        return (best.start, best.slot)
    }

    /// Returns the latents of all frames of a clip on the encoder's own grid, `[T, h, w, C]`: what
    /// several slots hold is concatenated along the channels.
    ///
    /// - Parameter batch: the batch size of the encoder; affects memory, not results.
    /// - Throws: errors of the encoder.
    package func features(of clip: Clip, batch: Int = 8) throws -> Latent.Stage {
        let parts = try stride(from: 0, to: clip.frameCount, by: batch).map { start in
            let frames = start..<min(start + batch, clip.frameCount)
            return try latent(windows: frames.map { window(of: $0, in: clip) }, flipped: false)
        }
        let whole = Latent.concatenating(parts)
        let shape = whole.shape
        let cells = whole.tensor.permuted([0, 2, 3, 1, 4]).reshaped([
            clip.frameCount, shape.height, shape.width, shape.slots * shape.channels,
        ])
        return Latent.Stage(cells, stride: shape.stride)
    }

    private func latent(
        windows: [(pixels: Tensor<UInt8>, slot: Int)], flipped: Bool
    ) throws -> Latent {
        let bytes = stacked(windows.map(\.pixels), axis: 0)
        let pixels = bytes.mirroredPictures(if: flipped).centeredPixels()
        let latent = try encoder.latents(of: pixels)
        guard encoder.readsClips else { return latent }
        let slots = latent.tensor.shape[0] / windows.count
        return latent.selecting(windows.enumerated().map { $0 * slots + $1.slot })
    }
}
