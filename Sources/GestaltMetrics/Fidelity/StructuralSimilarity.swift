import GestaltChecks
import GestaltTensor

/// Structural similarity of images, over any number of batches: 1 for equal ones.
///
/// At each position SSIM = (2·μx·μy + c₁)(2·σxy + c₂) / ((μx² + μy² + c₁)(σx² + σy² + c₂)), with
/// means and (co)variances under a Gaussian window of 11 × 11 and σ 1.5, c₁ = (0.01·range)²,
/// c₂ = (0.03·range)². Averaged over the positions where the window lies inside the image, then
/// over channels, then over images. Each frame of a video is an image of its own.
///
/// - Source: Wang, Bovik, Sheikh and Simoncelli, *Image Quality Assessment: From Error Visibility
///   to Structural Similarity* (2004), equation 13 and section III.B.
public struct StructuralSimilarity: Sendable, Hashable, Codable {
    /// The side of the window in pixels, and the minimum height and width of an image.
    public static let windowSide = 11

    /// The distance from the lowest to the highest possible value of a pixel.
    public let dataRange: Double
    /// The similarity of each image.
    public private(set) var values: [Double] = []

    /// - Precondition: `dataRange` is positive.
    public init(dataRange: Double = 1) {
        require(dataRange > 0, "StructuralSimilarity(dataRange: \(dataRange))")
        self.dataRange = dataRange
    }

    /// Whether the window fits into images of this size.
    public static func fits(height: Int, width: Int) -> Bool {
        height >= windowSide && width >= windowSide
    }

    /// Compares images `[H, W, C]` or `[…, H, W, C]`.
    /// - Throws: ``FidelityError/belowWindow(height:width:side:)`` for images smaller than the
    ///   window; nothing is added then. Check with ``fits(height:width:)`` beforehand.
    /// - Precondition: equal shapes.
    public mutating func add(
        prediction: Tensor<Float>, truth: Tensor<Float>
    ) throws(FidelityError) {
        let pixels = pictureSize(prediction.shape, truth.shape, "StructuralSimilarity.add")
        let shape = truth.shape
        guard Self.fits(height: shape[-3], width: shape[-2]) else {
            throw .belowWindow(height: shape[-3], width: shape[-2], side: Self.windowSide)
        }
        guard truth.count > 0 else { return }
        let comparison = PictureComparison(
            height: shape[-3], width: shape[-2], channels: shape[-1], dataRange: dataRange)
        let count = truth.count / pixels
        let found = Tensor<Double>(uninitialized: [count]) { results in
            prediction.withScalars { predicted in
                truth.withScalars { actual in
                    nonisolated(unsafe) let (results, predicted, actual) = (
                        results, predicted, actual
                    )
                    parallelFor(count) { image in
                        let range = (image * pixels)..<((image + 1) * pixels)
                        results[image] = comparison.similarity(
                            UnsafeBufferPointer(rebasing: predicted[range]),
                            UnsafeBufferPointer(rebasing: actual[range]))
                    }
                }
            }
        }
        values += found.scalars
    }

    /// Appends the images of another part of the data.
    /// - Precondition: the same range.
    public mutating func merge(_ other: StructuralSimilarity) {
        require(
            other.dataRange == dataRange,
            "StructuralSimilarity.merge: data range \(dataRange) against \(other.dataRange)")
        values += other.values
    }

    /// The mean over images; NaN without images.
    public var mean: Double { GestaltMetrics.mean(values) }

    /// Returns the means of images that repeat with a period, such as the frames of clips, for each
    /// place in the period.
    /// - Precondition: `period` is positive and divides the number of images.
    public func ofPlaces(period: Int) -> [Double] {
        require(
            period > 0 && values.count % period == 0,
            "StructuralSimilarity.ofPlaces: \(values.count) images in periods of \(period)")
        return (0..<period).map { place in
            GestaltMetrics.mean(
                stride(from: place, to: values.count, by: period).map { values[$0] })
        }
    }
}
