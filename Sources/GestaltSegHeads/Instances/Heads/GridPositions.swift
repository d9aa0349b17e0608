import GestaltTensor
import GestaltVideo

/// Sinusoidal features of the places of a grid: `sin(2ᵏπu)` and `cos(2ᵏπu)` for the relative height
/// and width u of a cell's center, 0…1.
///
/// Convolutions give equal objects equal features; their places tell them apart. Places are
/// relative, so that the features of a picture do not depend on its size.
///
/// - Source: Mildenhall et al., *NeRF* (2020), equation 4.
enum GridPositions {
    private static let frequencies = 4
    /// The number of features.
    static let channels = 4 * frequencies

    /// Returns the features of a grid, `[height, width, channels]`.
    static func features(height: Int, width: Int) -> Tensor<Float> {
        func waves(_ length: Int) -> Tensor<Float> {
            let centers = (Tensor<Float>.range(0..<length) + 0.5) / Float(length)
            let angles = (0..<frequencies).map { centers * (Float(1 << $0) * .pi) }
            return stacked(angles.flatMap { [$0.sin(), $0.cos()] }, axis: 1)
        }
        let half = channels / 2
        let rows = waves(height).reshaped([height, 1, half])
        let columns = waves(width).reshaped([1, width, half])
        return concatenated(
            [
                rows.broadcast(to: [height, width, half]),
                columns.broadcast(to: [height, width, half]),
            ], axis: -1)
    }
}

extension Tensor<Float> {
    /// Maps `[N, h, w, C]` with ``GridPositions`` as further channels.
    func withPositions() -> Tensor {
        let features = GridPositions.features(height: shape[1], width: shape[2])
        let places = Shape(Array(shape.dropLast()) + [GridPositions.channels])
        return concatenated([self, features.broadcast(to: places)], axis: -1)
    }
}

extension Latent {
    /// The latent with its slots as channels and ``GridPositions`` as further ones.
    func withPositions() -> Latent {
        Latent(flattenedSlots.withPositions().expanded(axis: 1), stride: stride, finer: finer)
    }
}

extension LatentShape {
    /// The shape of ``Latent/withPositions()``.
    var withPositions: LatentShape {
        var result = self
        result.slots = 1
        result.channels = slots * channels + GridPositions.channels
        return result
    }
}
