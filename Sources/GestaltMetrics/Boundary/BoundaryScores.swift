import GestaltChecks
import GestaltTensor

/// The boundary scores of masks: precision, recall and F of matched outline pixels.
///
/// An outline pixel is matched when the other outline comes within ⌈``tolerance`` · diagonal⌉
/// pixels of it (a Euclidean disk; 1 pixel at 64 × 64). Scores are computed per image and
/// averaged. Edge cases as in the DAVIS toolkit: both outlines empty, 1; only the prediction's
/// empty, precision 1 and recall 0; only the truth's, the reverse; F is 0 for both.
///
/// With an ignored label, outlines run only between pixels that are not ignored. An image whose
/// true outline lies entirely within ignored pixels has no score, as happens where objects have an
/// ignored rim (PASCAL VOC).
///
/// - Source: Perazzi et al., *A Benchmark Dataset and Evaluation Methodology for Video Object
///   Segmentation* (2016), section 5: the measure F.
public struct BoundaryScores: Sendable, Hashable, Codable {
    /// The outline pixels of one image, and the matched ones among them.
    public struct Counts: Sendable, Hashable, Codable {
        public var predicted: Int
        public var predictedMatched: Int
        public var truth: Int
        public var truthMatched: Int

        public var precision: Double {
            guard predicted > 0 else { return 1 }
            return Double(predictedMatched) / Double(predicted)
        }

        public var recall: Double {
            guard truth > 0 else { return 1 }
            return Double(truthMatched) / Double(truth)
        }

        /// The harmonic mean of precision and recall; 0 where both are 0.
        public var f: Double {
            let sum = precision + recall
            return sum == 0 ? 0 : 2 * precision * recall / sum
        }
    }

    /// The matching distance as a fraction of the image's diagonal.
    public let tolerance: Double
    /// The label of ignored pixels in the truth; nil counts every pixel.
    public let ignoredLabel: Int?
    /// The images that have a score.
    public private(set) var images: [Counts] = []

    /// - Parameters:
    ///   - tolerance: 0.008 is DAVIS's.
    ///   - ignoredLabel: the label of ignored pixels in the truth.
    /// - Precondition: `tolerance` is positive.
    public init(tolerance: Double = 0.008, ignoredLabel: Int? = nil) {
        require(tolerance > 0, "BoundaryScores: tolerance \(tolerance)")
        self.tolerance = tolerance
        self.ignoredLabel = ignoredLabel
    }

    /// Compares the foreground (any label but 0) of images `[H, W]` or `[…, H, W]`.
    /// - Precondition: equal shapes.
    public mutating func add<Label: NumericScalar & BinaryInteger>(
        prediction: Tensor<Label>, truth: Tensor<Label>
    ) {
        requireEqualShapes(prediction.shape, truth.shape, "BoundaryScores.add")
        require(
            truth.rank >= 2, "BoundaryScores.add: shape \(truth.shape) is not […, height, width]")
        let (height, width) = (truth.shape[-2], truth.shape[-1])
        guard height * width > 0 else { return }
        let (predicted, actual) = (foreground(prediction), foreground(truth))
        let ignored = truth.withScalars { labels in labels.map { Int($0) == ignoredLabel } }
        let radius = radius(height: height, width: width)
        for start in stride(from: 0, to: actual.count, by: height * width) {
            let range = start..<(start + height * width)
            let isIgnored = ignored[range].contains(true) ? Array(ignored[range]) : nil
            let outline = BoundaryMap(
                mask: Array(predicted[range]), isIgnored: isIgnored, height: height, width: width)
            let target = BoundaryMap(
                mask: Array(actual[range]), isIgnored: isIgnored, height: height, width: width)
            if target.count == 0, isIgnored != nil {
                let sides = Set(range.lazy.filter { !ignored[$0] }.map { actual[$0] })
                // There is an outline, or something to score, but all of its pixels are ignored.
                guard sides.count == 1 else { continue }
            }
            images.append(Counts(outline, target, radius: radius))
        }
    }

    /// Appends the images of another part of the data.
    /// - Precondition: the same tolerance and ignored label.
    public mutating func merge(_ other: BoundaryScores) {
        require(
            other.tolerance == tolerance && other.ignoredLabel == ignoredLabel,
            "BoundaryScores.merge: tolerance \(tolerance) against \(other.tolerance)")
        images += other.images
    }

    /// The mean over images; NaN without images.
    public var precision: Double { mean(images.map(\.precision)) }
    public var recall: Double { mean(images.map(\.recall)) }
    public var f: Double { mean(images.map(\.f)) }

    /// Returns the distance in pixels within which two outlines of an image match.
    public func radius(height: Int, width: Int) -> Int {
        let diagonal = Double(height * height + width * width).squareRoot()
        return Int((tolerance * diagonal).rounded(.up))
    }

    private func foreground<Label: NumericScalar & BinaryInteger>(
        _ labels: Tensor<Label>
    ) -> [Bool] {
        labels.withScalars { $0.map { $0 != 0 } }
    }
}

extension BoundaryScores.Counts {
    init(_ outline: BoundaryMap, _ target: BoundaryMap, radius: Int) {
        self.init(
            predicted: outline.count, predictedMatched: outline.matches(target, radius: radius),
            truth: target.count, truthMatched: target.matches(outline, radius: radius))
    }
}
