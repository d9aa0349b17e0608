import GestaltChecks
import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Peak signal to noise ratio in decibels, over any number of batches:
/// 10 · log₁₀(range² / mean squared error).
///
/// The ratio of an image without an error is infinite; ratios are capped at ``ceiling``. The ratio
/// of a non-finite image is NaN, and so are the means that include it. Each frame of a video is an
/// image of its own.
public struct PeakSignalToNoise: Sendable, Hashable, Codable {
    /// The distance from the lowest to the highest possible value of a pixel: 1 for −0.5…0.5 and
    /// 0…1, 255 for bytes.
    public let dataRange: Double
    /// The cap of a ratio, in decibels.
    public let ceiling: Double
    /// Mean squared error of each image.
    public private(set) var errors: [Double] = []
    private var squares = 0.0
    private var count = 0

    /// - Precondition: `dataRange` and `ceiling` are positive.
    public init(dataRange: Double = 1, ceiling: Double = 100) {
        require(
            dataRange > 0 && ceiling > 0,
            "PeakSignalToNoise(dataRange: \(dataRange), ceiling: \(ceiling))")
        self.dataRange = dataRange
        self.ceiling = ceiling
    }

    /// Compares images `[H, W, C]` or `[…, H, W, C]`.
    /// - Precondition: equal shapes.
    public mutating func add(prediction: Tensor<Float>, truth: Tensor<Float>) {
        let pixels = pictureSize(prediction.shape, truth.shape, "PeakSignalToNoise.add")
        guard pixels > 0 else { return }
        prediction.withScalars { predicted in
            truth.withScalars { actual in
                for start in stride(from: 0, to: actual.count, by: pixels) {
                    var sum = 0.0
                    for index in start..<(start + pixels) {
                        let difference = Double(predicted[index]) - Double(actual[index])
                        sum += difference * difference
                    }
                    errors.append(sum / Double(pixels))
                    squares += sum
                    count += pixels
                }
            }
        }
    }

    /// Appends the images of another part of the data.
    /// - Precondition: the same range and ceiling.
    public mutating func merge(_ other: PeakSignalToNoise) {
        require(
            other.dataRange == dataRange && other.ceiling == ceiling,
            "PeakSignalToNoise.merge: data range \(dataRange) against \(other.dataRange)")
        errors += other.errors
        squares += other.squares
        count += other.count
    }

    /// The mean of the images' ratios, in decibels; NaN without images.
    public var perImage: Double { mean(errors.map(decibels)) }

    /// Returns the ratios of images that repeat with a period, such as the frames of clips: for
    /// each place in the period that of the mean error there.
    /// - Precondition: `period` is positive and divides the number of images.
    public func ofPlaces(period: Int) -> [Double] {
        require(
            period > 0 && errors.count % period == 0,
            "PeakSignalToNoise.ofPlaces: \(errors.count) images in periods of \(period)")
        return (0..<period).map { place in
            let own = stride(from: place, to: errors.count, by: period).map { errors[$0] }
            return decibels(mean(own))
        }
    }

    /// The ratio for the mean error of all pixels, in decibels; NaN without images.
    /// Never above ``perImage``, since the logarithm of a mean weights bad images more
    /// (for images of equal size, none at the ceiling).
    public var overSet: Double { count == 0 ? .nan : decibels(squares / Double(count)) }

    /// Returns the ratio for a mean squared error.
    func decibels(_ error: Double) -> Double {
        guard error.isFinite else { return .nan }
        return error > 0 ? min(ceiling, 10 * log10(dataRange * dataRange / error)) : ceiling
    }
}

/// Returns the number of values in one image of `[…, H, W, C]`.
func pictureSize(_ prediction: Shape, _ truth: Shape, _ operation: String) -> Int {
    requireEqualShapes(prediction, truth, operation)
    require(
        truth.rank >= 3, "\(operation): shape \(truth) is not […, height, width, channels]")
    return truth[-1] * truth[-2] * truth[-3]
}
