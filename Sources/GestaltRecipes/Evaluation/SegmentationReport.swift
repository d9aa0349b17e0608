import GestaltChecks
import GestaltData
import GestaltMetrics
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Agreement of masks with the true ones over a split.
///
/// Foreground is any id above 0. Labeled frames at least n frames apart count, of them every pixel
/// that is not ignored. Pictures where neither side has foreground count as 1; where that is so of
/// all pictures, foreground has no score. A class has scores over the pictures in which either side
/// has it. A score that does not exist is NaN, and `null` in JSON.
public struct SegmentationReport: Sendable, Equatable {
    /// What was looked at, for people.
    public let data: String
    public let split: Split
    public let interval: Int
    /// Clips with pictures that were scored.
    public let clipCount: Int
    public let imageCount: Int
    /// Whether the model knew later frames than the one it segments; such rows stand apart.
    public let seesFuture: Bool
    /// Foreground: score of each picture, then their mean.
    public let perImage: SegmentationScores
    /// Foreground: pixels of all pictures counted together.
    public let micro: SegmentationScores
    /// IoU per image, had other clips been drawn; nil with fewer than ``leastClips``.
    public let confidence: ConfidenceInterval?
    /// Agreement of outlines, mean over pictures; nil where it was not measured or no true mask has
    /// one.
    public let boundaryF: Double?
    /// Class by class, for models of several classes; the background is not among them.
    public let classes: [ClassScores]

    /// Clips below which no interval is drawn: resampling so few says nothing.
    public static let leastClips = 5

    /// The agreement of the masks of one class.
    public struct ClassScores: Sendable, Codable, Equatable {
        public let label: Int
        /// What people call it; nil where the data set has no names.
        public let name: String?
        /// Pictures in which the prediction or the truth has the class.
        public let pictures: Int
        /// Score of each of these pictures, then their mean.
        public let perImage: SegmentationScores
        /// Pixels of all pictures counted together.
        public let micro: SegmentationScores

        private enum CodingKeys: String, CodingKey {
            case label, name, pictures, micro
            case perImage = "per_image"
        }
    }

    /// Mean over the classes that occur of their IoU, pixels of all pictures counted together; NaN
    /// where none does.
    public var meanIoU: Double {
        let occurring = classes.map(\.micro.iou).filter { !$0.isNaN }
        return occurring.isEmpty ? .nan : occurring.reduce(0, +) / Double(occurring.count)
    }

    /// Every measure by name, NaN where there is no score.
    public var measures: [Metric] {
        let means = classes.isEmpty ? [] : [Metric("iou_mean", meanIoU)]
        return [
            Metric("iou", perImage.iou), Metric("iou_micro", micro.iou),
            Metric("dice", perImage.dice), Metric("precision", perImage.precision),
            Metric("recall", perImage.recall),
        ] + (boundaryF.map { [Metric("boundary_f", $0)] } ?? []) + means
            + classes.map { Metric("iou_class_\($0.label)", $0.perImage.iou) }
    }

    /// The measures that have a score, as logs and cards show them.
    public var metrics: [Metric] { measures.filter { !$0.value.isNaN } }
}

extension SegmentationReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case data, split, interval, micro, confidence, classes
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
    }
}
