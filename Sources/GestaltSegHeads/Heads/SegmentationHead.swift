import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Turns a ``Latent`` into scores for each pixel.
public protocol SegmentationHead: Module {
    /// The latent it was built for.
    var latentShape: LatentShape { get }
    /// Scores a pixel: 1 for foreground against background, else one for each class.
    var classes: Int { get }
    /// - Returns: logits `[N, H, W, classes]`, H and W the latent's grid times its stride.
    /// - Precondition: the latent has the slots, channels and stages of ``latentShape``; its grid
    ///   may be of another size.
    func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float>
}

extension SegmentationHead {
    func check(_ latent: Latent) {
        let (found, expected) = (latent.shape, latentShape)
        require(
            found.slots == expected.slots && found.channels == expected.channels
                && found.stride == expected.stride && found.finer == expected.finer,
            "\(Self.self): a latent of \(found) for a head built for \(expected)")
    }
}

extension Latent {
    /// The grid with its slots side by side as channels: `[N, h, w, slots · channels]`.
    var flattenedSlots: Tensor<Float> {
        let shape = tensor.shape
        guard shape[1] > 1 else { return tensor.squeezed(axis: 1) }
        return tensor.permuted([0, 2, 3, 1, 4])
            .reshaped([shape[0], shape[2], shape[3], shape[1] * shape[4]])
    }
}

extension Tensor<Float> {
    /// Maps `[N, H, W, C]` at `factor` times their height and width, bilinearly.
    func enlarged(by factor: Int) -> Tensor {
        interpolated(to: [shape[1] * factor, shape[2] * factor])
    }
}
