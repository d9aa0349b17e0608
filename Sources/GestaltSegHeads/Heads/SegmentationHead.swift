import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A map from a ``Latent`` to scores for each pixel.
public protocol SegmentationHead: Module {
    /// The shape of the latents it was built for.
    var latentShape: LatentShape { get }
    /// Scores per pixel: 1 for foreground against background, else one per class.
    var classes: Int { get }
    /// Whether the grid of latents has to be that of ``latentShape``; by default not.
    var hasFixedGrid: Bool { get }
    /// - Returns: logits `[N, H, W, classes]`, H and W the latent's grid times its stride.
    /// - Precondition: the latent has the slots, channels and stages of ``latentShape``; its grid
    ///   may be of another size, unless `hasFixedGrid`.
    func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float>
}

extension SegmentationHead {
    public var hasFixedGrid: Bool { false }

    func check(_ latent: Latent) {
        let (found, expected) = (latent.shape, latentShape)
        require(
            !hasFixedGrid || (found.height, found.width) == (expected.height, expected.width),
            "\(Self.self): a latent of \(found) for a head of one grid, \(expected)")
        require(
            found.slots == expected.slots && found.channels == expected.channels
                && found.stride == expected.stride && found.finer == expected.finer,
            "\(Self.self): a latent of \(found) for a head built for \(expected)")
    }
}

extension LatentShape {
    /// Returns the channels of the finer stage of a stride; 0 where there is none.
    func finerChannels(stride: Int) -> Int {
        finer.first { $0.stride == stride }?.channels ?? 0
    }
}

extension Latent {
    /// Returns the finer stage of a stride, `[N, H/stride, W/stride, C]`; nil where there is none.
    func finerStage(stride: Int) -> Tensor<Float>? {
        finer.first { $0.stride == stride }?.tensor
    }

    /// The grid with its slots concatenated as channels: `[N, h, w, slots · channels]`.
    package var flattenedSlots: Tensor<Float> {
        let shape = tensor.shape
        guard shape[1] > 1 else { return tensor.squeezed(axis: 1) }
        return tensor.permuted([0, 2, 3, 1, 4])
            .reshaped([shape[0], shape[2], shape[3], shape[1] * shape[4]])
    }
}

extension Tensor<Float> {
    /// Upsamples maps `[N, H, W, C]` by `factor`, bilinearly.
    func enlarged(by factor: Int) -> Tensor {
        interpolated(to: [shape[1] * factor, shape[2] * factor])
    }
}
