import GestaltChecks
import GestaltTensor

/// The scores of panoptic segmentation, from 0 to 1; PQ = SQ · RQ.
public enum PanopticScore: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    /// Panoptic quality: Σ IoU of matches / (TP + ½·FP + ½·FN).
    case pq = "PQ"
    /// Segmentation quality: the mean IoU of matches; 0 without any.
    case sq = "SQ"
    /// Recognition quality: TP / (TP + ½·FP + ½·FN).
    case rq = "RQ"
}

/// Panoptic quality: matches of predicted and true segments, category by category.
///
/// <!-- given: let pictures: [(prediction: PanopticLabels, truth: PanopticLabels)] = given() -->
/// ```swift
/// var quality = PanopticQuality()
/// for picture in pictures {
///     quality.add(prediction: picture.prediction, truth: picture.truth)
/// }
/// let all = quality.score(.pq)
/// let objects = quality.score(.pq, categories: [1, 2])
/// ```
///
/// Segments of one category match where their IoU exceeds ½, so each matches at most one. Void
/// pixels of the truth are excluded from the union; an unmatched prediction that lies more than
/// half in void or in crowds of its category does not count. A crowd is never a false negative.
///
/// - Source: Kirillov et al., *Panoptic Segmentation* (2019), and the program `panopticapi`. Where
///   a picture has several crowds of a category, it looks at one of them only.
public struct PanopticQuality: Sendable, Hashable, Codable {
    /// The outcome for a category.
    public struct Counts: Sendable, Hashable, Codable {
        public var truePositives = 0
        public var falsePositives = 0
        public var falseNegatives = 0
        /// The sum over matches.
        public var iou = 0.0

        public init() {}

        public static func += (a: inout Counts, b: Counts) {
            a.truePositives += b.truePositives
            a.falsePositives += b.falsePositives
            a.falseNegatives += b.falseNegatives
            a.iou += b.iou
        }

        /// Returns the score of these counts; nil where there is nothing to score.
        public func value(of score: PanopticScore) -> Double? {
            let weight =
                Double(truePositives) + 0.5 * Double(falsePositives) + 0.5 * Double(falseNegatives)
            guard weight > 0 else { return nil }
            return switch score {
            case .pq: iou / weight
            case .sq: truePositives == 0 ? 0 : iou / Double(truePositives)
            case .rq: Double(truePositives) / weight
            }
        }
    }

    /// `pictures[image][category]`.
    public private(set) var pictures: [[Int: Counts]] = []

    public init() {}

    public var imageCount: Int { pictures.count }

    /// The categories that a counted segment has.
    public var categories: [Int] { Set(pictures.flatMap(\.keys)).sorted() }

    /// Matches the segments of a picture.
    /// - Precondition: equal sizes.
    public mutating func add(prediction: PanopticLabels, truth: PanopticLabels) {
        requireEqualShapes(prediction.ids.shape, truth.ids.shape, "PanopticQuality.add")
        pictures.append(SegmentMatching(prediction: prediction, truth: truth).counts)
    }

    /// Appends the pictures of another part of the data.
    public mutating func merge(_ other: PanopticQuality) { pictures += other.pictures }

    /// Returns the counts of a category over all pictures.
    public func counts(of category: Int) -> Counts {
        counts(of: category, in: pictures.indices)
    }

    /// Returns the mean of a score over categories.
    ///
    /// - Parameter categories: nil for all. Those without a counted segment are omitted.
    /// - Returns: NaN where none remains.
    public func score(_ score: PanopticScore, categories: [Int]? = nil) -> Double {
        self.score(score, categories ?? self.categories, in: pictures.indices)
    }

    /// Returns a score with an interval over clips.
    /// - Parameter clips: the clip of each picture, in the order of adding.
    /// - Precondition: a clip for each picture, and at least one.
    public func interval(
        _ score: PanopticScore, categories: [Int]? = nil, clips: [Int],
        _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        requireClips(clips, imageCount, "PanopticQuality.interval")
        let groups = groups(of: clips)
        let chosen = categories ?? self.categories
        return bootstrap.interval(groupCount: groups.count) { drawn in
            self.score(score, chosen, in: drawn.flatMap { groups[$0] })
        }
    }

    private func score(
        _ score: PanopticScore, _ categories: [Int], in images: some Collection<Int>
    ) -> Double {
        mean(categories.compactMap { counts(of: $0, in: images).value(of: score) })
    }

    private func counts(of category: Int, in images: some Collection<Int>) -> Counts {
        images.reduce(into: Counts()) { sum, image in
            if let counts = pictures[image][category] { sum += counts }
        }
    }
}
