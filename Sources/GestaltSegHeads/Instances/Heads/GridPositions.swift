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
        PlaceWaves.grid(height: height, width: width) { cell, length in
            let center = (Double(cell) + 0.5) / Double(length)
            return PlaceWaves.waves((0..<frequencies).map { .pi * Double(1 << $0) * center })
        }
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
