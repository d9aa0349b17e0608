import Foundation
import GestaltData
import GestaltMetrics
import GestaltSegHeads
import GestaltTraining

/// Agreement of predicted instances with the true ones over a split.
///
/// Average precision ranks all proposals by their score; panoptic quality and the pixels of classes
/// are of the ``SegmentedInstances``, in which no two instances overlap. The background is a segment of
/// its own and has no score. Scores are means over the classes with a true instance; a class
/// without has none, NaN, `null` in JSON.
public struct InstanceReport: Sendable, Equatable {
    /// The pixels of all instances together, and of each class: the report of the same model as one
    /// of classes.
    public let masks: SegmentationReport
    /// The mean over classes.
    public let mean: Scores
    /// By class, for models of several classes of instances.
    public let classes: [ClassScores]
    /// The interval of AP50 over clips; nil where not measured, or with fewer clips than
    /// ``SegmentationReport/leastClips``.
    public let ap50Confidence: ConfidenceInterval?
    /// The interval of PQ over clips; nil as ``ap50Confidence``.
    public let pqConfidence: ConfidenceInterval?

    /// The scores of the instances of a class, or their means.
    public struct Scores: Sendable, Equatable {
        /// Average precision, mean over IoU 0.50 to 0.95, and at 0.50 and 0.75.
        public let ap: Double
        public let ap50: Double
        public let ap75: Double
        /// Panoptic, segmentation and recognition quality.
        public let pq: Double
        public let sq: Double
        public let rq: Double
    }

    /// The scores of a class.
    public struct ClassScores: Sendable, Equatable {
        public let label: Int
        /// The name of the class; nil where the data set has no names.
        public let name: String?
        /// The number of true instances in the scored images.
        public let instanceCount: Int
        public let scores: Scores
    }

    /// Every measure by name, NaN where undefined.
    public var measures: [Metric] {
        mean.measures("") + [Metric("iou", masks.perImage.iou)]
            + classes.flatMap { $0.scores.measures("_class_\($0.label)") }
            + masks.classes.map { Metric("iou_class_\($0.label)", $0.perImage.iou) }
    }

    /// The measures with a score, for logs and model cards.
    public var metrics: [Metric] { measures.filter { !$0.value.isNaN } }

    /// Sentences on the confidence intervals, for display.
    public var remarks: [String] {
        let intervals = [("AP50", ap50Confidence), ("PQ", pqConfidence)].compactMap {
            name, interval in
            interval.map {
                String(
                    format: "%@, 95 %% interval over clips: %.4f … %.4f", name, $0.lower, $0.upper)
            }
        }
        return intervals.isEmpty ? masks.remarks : intervals
    }
}

extension InstanceReport.Scores {
    func measures(_ suffix: String) -> [Metric] {
        [
            Metric("ap50" + suffix, ap50), Metric("ap" + suffix, ap),
            Metric("ap75" + suffix, ap75), Metric("pq" + suffix, pq), Metric("sq" + suffix, sq),
            Metric("rq" + suffix, rq),
        ]
    }
}

extension InstanceReport.Scores: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case ap, ap50, ap75, pq, sq, rq
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value(_ key: CodingKeys) throws -> Double {
            try container.decodeIfPresent(Double.self, forKey: key) ?? .nan
        }
        self.init(
            ap: try value(.ap), ap50: try value(.ap50), ap75: try value(.ap75),
            pq: try value(.pq), sq: try value(.sq), rq: try value(.rq))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // Undefined scores are null: JSON has no NaN.
        for (key, value) in zip(CodingKeys.allCases, [ap, ap50, ap75, pq, sq, rq]) {
            try container.encode(value.isNaN ? nil : value, forKey: key)
        }
    }
}

extension InstanceReport.ClassScores: Codable {
    private enum CodingKeys: String, CodingKey {
        case label, name, scores
        case instanceCount = "instance_count"
    }
}

extension InstanceReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case masks, mean, classes
        case ap50Confidence = "ap50_confidence"
        case pqConfidence = "pq_confidence"
    }
}
