import GestaltData
import GestaltMetrics

extension SegmentationReport {
    /// The agreement of the masks of one image.
    public struct ImageScore: Sendable, Codable, Equatable {
        /// The name of the clip.
        public let clip: String
        /// The frame in its clip, from 0.
        public let frame: Int
        /// IoU of foreground; nil, in JSON no key, where all pixels are ignored.
        public let iou: Double?
        /// IoU of each class from 1 of a model of several classes; nil where neither side has it.
        public let classes: [Double?]
    }

    /// Returns the score of each image of one class, or of foreground for nil.
    func scores(label: Int?) -> [Double?] {
        guard let label else { return images.map(\.iou) }
        return images.map { $0.classes.indices.contains(label - 1) ? $0.classes[label - 1] : nil }
    }
}
