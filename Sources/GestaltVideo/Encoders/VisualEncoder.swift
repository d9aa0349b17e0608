import GestaltNN
import GestaltTensor

/// A map from frames to a ``Latent``.
///
/// Whether it is trained, and which part of it, is a property of the experiment: freeze its path.
public protocol VisualEncoder: Module {
    /// Whether a latent depends on frames after the one whose mask is predicted. Tables list such
    /// rows separately.
    var seesFuture: Bool { get }

    /// The height and width of a frame must be multiples of this.
    var sizeMultiple: Int { get }

    /// Frames per latent slot, for an encoder that sees the future.
    var temporalStride: Int { get }

    /// Returns the sizes of the latents of frames of this size.
    func latentShape(height: Int, width: Int) -> LatentShape

    /// - Parameter frames: `[N, H, W, 3]` in [−0.5, 0.5]; clips `[N, T, H, W, 3]` for an encoder
    ///   that sees the future; their T / temporalStride slots are then consecutive along the first
    ///   axis.
    /// - Precondition: H and W are multiples of ``sizeMultiple``.
    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent
}

extension VisualEncoder {
    public var seesFuture: Bool { false }
    public var temporalStride: Int { 1 }

    /// Returns the indices of the frames that a clip's latents describe: the middle of each slot,
    /// rounded up.
    public func labeledFrames(clipLength: Int) -> [Int] {
        (0..<clipLength / temporalStride).map { $0 * temporalStride + temporalStride / 2 }
    }
}
