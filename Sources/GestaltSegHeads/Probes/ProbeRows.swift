import GestaltChecks
import GestaltTensor
import GestaltVideo

/// The features and classes of labeled pixels of a frame, as a linear probe is fitted to them.
///
/// The features of a pixel are those of the latent's cells, slots as channels, interpolated as
/// ``LinearProbe`` interpolates its scores: both are linear, so their order does not matter. Of
/// every cell of `stride` pixels a side at most 2 × 2 pixels are rows: between them features change
/// linearly.
package struct ProbeRows: Sendable {
    /// `[n, C + 1]`, with ones at the end, for the bias.
    package let features: Tensor<Double>
    /// `[n, classes]`, 1 where a pixel is of the class, else 0; for one class, of foreground.
    package let classes: Tensor<Double>

    package init(features: Tensor<Double>, classes: Tensor<Double>) {
        require(
            features.rank == 2 && classes.rank == 2 && features.shape[0] == classes.shape[0],
            "ProbeRows: features \(features.shape) of classes \(classes.shape)")
        self.features = features
        self.classes = classes
    }

    /// Returns nil where all pixels are ignored.
    /// - Parameters:
    ///   - latent: of one frame.
    ///   - mask: `[H, W]`, as in training.
    package init?(_ latent: Latent, mask: Tensor<UInt8>, classes count: Int) {
        let grid = latent.flattenedSlots
        let pixels = latent.stride == 1 ? grid : grid.enlarged(by: latent.stride)
        let (height, width, channels) = (pixels.shape[1], pixels.shape[2], pixels.shape[3])
        require(
            pixels.shape[0] == 1 && mask.shape == [height, width],
            "ProbeRows: a latent of \(pixels.shape) with a mask \(mask.shape)")
        let spacing = (latent.stride + 1) / 2
        var (places, labels) = ([Int32](), [Int]())
        mask.contiguous().withScalars { mask in
            for y in stride(from: spacing / 2, to: height, by: spacing) {
                for x in stride(from: spacing / 2, to: width, by: spacing) {
                    let label = mask[y * width + x]
                    guard label != ignoredLabel else { continue }
                    places.append(Int32(y * width + x))
                    labels.append(Int(label))
                }
            }
        }
        guard !places.isEmpty else { return nil }
        let rows = pixels.detached.reshaped([height * width, channels])
            .gathered(Tensor(places), axis: 0).cast(to: Double.self)
        features = concatenated([rows, .ones([places.count, 1])], axis: 1)
        classes = Tensor(
            shape: [places.count, count],
            scalars: labels.flatMap { label in
                (0..<count).map { (count == 1 ? label > 0 : label == $0) ? 1 : 0 }
            })
    }
}

/// The label of pixels that count for nothing, as in the loss.
private let ignoredLabel: UInt8 = 255
