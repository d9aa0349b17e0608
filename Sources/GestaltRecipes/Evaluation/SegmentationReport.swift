import Foundation
import GestaltChecks
import GestaltData
import GestaltMetrics
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Agreement of predicted masks with the true ones over a split.
///
/// Foreground is any id above 0. Scored are labeled frames at least n frames apart, and in them
/// every pixel that is not ignored. Images where neither side has foreground score 1; where that
/// is so for all images, foreground has no score. A class is scored over the images in which
/// either side has it. An undefined score is NaN, and `null` in JSON.
public struct SegmentationReport: Sendable, Equatable {
    /// The evaluated data, for display.
    public let data: String
    public let split: Split
    public let interval: Int
    /// The number of clips with scored images.
    public let clipCount: Int
    public let imageCount: Int
    /// Whether the model saw frames after the one it segments; such rows are listed separately.
    public let seesFuture: Bool
    /// Foreground: the mean of the images' scores.
    public let perImage: SegmentationScores
    /// Foreground: scores of the pixels of all images together.
    public let micro: SegmentationScores
    /// The confidence interval of IoU per image over clips; nil with fewer than ``leastClips``.
    public let confidence: ConfidenceInterval?
    /// Agreement of outlines, mean over images; nil where not measured or no true mask has an
    /// outline.
    public let boundaryF: Double?
    /// Scores per class, for models of several classes, without the background.
    public let classes: [ClassScores]
    /// The scores of every image, in the order of clips and frames, for paired comparisons.
    public let images: [ImageScore]

    /// The minimum number of clips for an interval: resampling fewer is meaningless.
    public static let leastClips = 5

    /// The agreement of the masks of one class.
    public struct ClassScores: Sendable, Codable, Equatable {
        public let label: Int
        /// The name of the class; nil where the data set has no names.
        public let name: String?
        /// The number of images in which the prediction or the truth has the class.
        public let pictures: Int
        /// The mean of these images' scores.
        public let perImage: SegmentationScores
        /// Scores of the pixels of all images together.
        public let micro: SegmentationScores

        private enum CodingKeys: String, CodingKey {
            case label, name, pictures, micro
            case perImage = "per_image"
        }
    }

    /// The mean IoU over the classes that occur, each over the pixels of all images together; NaN
    /// where none does.
    public var meanIoU: Double {
        let occurring = classes.map(\.micro.iou).filter { !$0.isNaN }
        return occurring.isEmpty ? .nan : occurring.reduce(0, +) / Double(occurring.count)
    }

    /// Every measure by name, NaN where undefined.
    public var measures: [Metric] {
        let means = classes.isEmpty ? [] : [Metric("iou_mean", meanIoU)]
        return [
            Metric("iou", perImage.iou), Metric("iou_micro", micro.iou),
            Metric("dice", perImage.dice), Metric("precision", perImage.precision),
            Metric("recall", perImage.recall),
        ] + (boundaryF.map { [Metric("boundary_f", $0)] } ?? []) + means
            + classes.map { Metric("iou_class_\($0.label)", $0.perImage.iou) }
    }

    /// Sentences on what the model sees and on the confidence interval, for display.
    public var remarks: [String] {
        let interval =
            confidence.map {
                String(
                    format: "IoU per image, 95 %% interval over clips: %.4f … %.4f", $0.lower,
                    $0.upper)
            } ?? "No interval: it requires \(Self.leastClips) clips."
        return (seesFuture ? ["This model sees frames after the one it segments."] : [])
            + [interval]
    }

    /// The measures with a score, for logs and model cards.
    public var metrics: [Metric] { measures.filter { !$0.value.isNaN } }
}

extension SegmentationReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case data, split, interval, micro, confidence, classes, images
        case clipCount = "clip_count"
        case imageCount = "image_count"
        case seesFuture = "sees_future"
        case perImage = "per_image"
        case boundaryF = "boundary_f"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(data, forKey: .data)
        try container.encode(split, forKey: .split)
        try container.encode(interval, forKey: .interval)
        try container.encode(clipCount, forKey: .clipCount)
        try container.encode(imageCount, forKey: .imageCount)
        try container.encode(seesFuture, forKey: .seesFuture)
        try container.encode(perImage, forKey: .perImage)
        try container.encode(micro, forKey: .micro)
        // Written even where there is none: a reader need not know which keys may be missing.
        try container.encode(confidence, forKey: .confidence)
        try container.encode(boundaryF, forKey: .boundaryF)
        try container.encode(classes, forKey: .classes)
        try container.encode(images, forKey: .images)
    }
}
