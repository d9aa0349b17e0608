import Foundation
import GestaltMedia
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// What decides on the choice of a frame.
struct FrameView: Sendable {
    /// The mean entropy away from predicted boundaries, 0 to 1.
    let uncertainty: Double
    /// The pooled latent.
    let latent: [Float]
    /// The picture at ``thumbnailSide`` squared, three channels.
    let thumbnail: [UInt8]

    init(uncertainty: Double, latent: [Float], thumbnail: [UInt8]) {
        (self.uncertainty, self.latent, self.thumbnail) = (uncertainty, latent, thumbnail)
    }

    static let thumbnailSide = 16
    /// Parts along each side of the picture over which a latent is averaged.
    private static let parts = 3

    /// - Parameters:
    ///   - picture: `[H, W, 3]`.
    ///   - probabilities: `[h, w, K]`, of foreground alone or of all classes.
    ///   - features: `[h', w', C]`.
    init(of picture: Tensor<UInt8>, probabilities: Tensor<Float>, features: Tensor<Float>) {
        let thumbnail = picture.resized(height: Self.thumbnailSide, width: Self.thumbnailSide)
        self.init(
            uncertainty: Self.uncertainty(of: probabilities), latent: Self.pooled(features),
            thumbnail: thumbnail.scalars)
    }

    /// Returns the mean entropy of probabilities `[h, w, K]`, in units of the largest, over pixels
    /// farther than ``band`` from a change of the likeliest class; over all where none is.
    static func uncertainty(of probabilities: Tensor<Float>) -> Double {
        let classes = probabilities.shape[2]
        let weights = labels(ofProbabilities: probabilities).weightsBeyondBoundaries(band: band)
        var (sum, count, whole, all) = (0.0, 0, 0.0, 0)
        probabilities.withScalars { values in
            weights.withScalars { weights in
                all = weights.count
                for place in weights.indices {
                    let entropy = entropy(
                        UnsafeBufferPointer(
                            rebasing: values[place * classes..<(place + 1) * classes]))
                    whole += entropy
                    guard weights[place] > 0 else { continue }
                    sum += entropy
                    count += 1
                }
            }
        }
        return count > 0 ? sum / Double(count) : whole / Double(max(1, all))
    }

    /// The distance in pixels, along rows and columns, of pixels at a boundary.
    private static let band = 2

    /// Returns the entropy of one probability, of foreground, or of those of all classes, 0 to 1.
    private static func entropy(_ values: UnsafeBufferPointer<Float>) -> Double {
        func term(_ p: Double) -> Double { p > 0 ? -p * log(p) : 0 }
        if values.count == 1 {
            let p = Double(values[0])
            return (term(p) + term(1 - p)) / log(2)
        }
        return values.reduce(0) { $0 + term(Double($1)) } / log(Double(values.count))
    }

    /// Returns the means of features `[h, w, C]` over the parts of a picture.
    private static func pooled(_ features: Tensor<Float>) -> [Float] {
        let (height, width, channels) = (
            features.shape[0], features.shape[1], features.shape[2]
        )
        let (rows, columns) = (min(parts, height), min(parts, width))
        var sums = [Float](repeating: 0, count: rows * columns * channels)
        var counts = [Float](repeating: 0, count: rows * columns)
        features.withScalars { values in
            for y in 0..<height {
                for x in 0..<width {
                    let part = y * rows / height * columns + x * columns / width
                    counts[part] += 1
                    for k in 0..<channels {
                        sums[part * channels + k] += values[(y * width + x) * channels + k]
                    }
                }
            }
        }
        return sums.indices.map { sums[$0] / counts[$0 / channels] }
    }
}
