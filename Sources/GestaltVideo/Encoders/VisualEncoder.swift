import GestaltNN
import GestaltTensor

/// Turns frames into a ``Latent``.
///
/// Whether it trains, and which part of it, is a matter of the experiment: freeze its path.
public protocol VisualEncoder: Module {
    /// Whether a latent knows more than the one frame whose mask is wanted. Rows of a table that
    /// saw the future are kept apart from those that did not.
    var seesFuture: Bool { get }

    /// What height and width of a frame must be multiples of.
    var sizeMultiple: Int { get }

    /// The sizes of the latents of frames of this size.
    func latentShape(height: Int, width: Int) -> LatentShape

    /// - Parameter frames: `[N, H, W, 3]` in −0.5…0.5; clips `[N, T, H, W, 3]` for an encoder that
    ///   sees the future.
    /// - Precondition: H and W are multiples of ``sizeMultiple``.
    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent
}
