import GestaltNN
import GestaltTensor

/// A map from frames to a ``Latent``.
///
/// Whether it is trained, and which part of it, is a property of the experiment: freeze its path.
public protocol VisualEncoder: Module {
    /// Whether a latent depends on later frames than the one whose mask is predicted. Tables keep
    /// such rows apart.
    var seesFuture: Bool { get }

    /// The number that height and width of a frame must be multiples of.
    var sizeMultiple: Int { get }

    /// Frames of a clip for one slot of latents, for an encoder that sees the future.
    var temporalStride: Int { get }

    /// The sizes of the latents of frames of this size.
    func latentShape(height: Int, width: Int) -> LatentShape

    /// - Parameter frames: `[N, H, W, 3]` in [−0.5, 0.5]; clips `[N, T, H, W, 3]` for an encoder that
    ///   sees the future, whose T / temporalStride slots follow each other along the first axis.
    /// - Precondition: H and W are multiples of ``sizeMultiple``.
    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent
}

extension VisualEncoder {
    public var seesFuture: Bool { false }
    public var temporalStride: Int { 1 }

    /// The frames of a clip that its latents describe: the middle of each slot, rounded up.
    public func labeledFrames(clipLength: Int) -> [Int] {
        (0..<clipLength / temporalStride).map { $0 * temporalStride + temporalStride / 2 }
    }
}
