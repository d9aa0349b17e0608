import GestaltChecks

/// Average precision and recall of predicted instances, as COCO defines them.
///
/// <!-- given: typealias Found = (predictions: [PredictedInstance], truths: [TrueInstance]) -->
/// <!-- given: let pictures: [Found] = given() -->
/// ```swift
/// var precision = AveragePrecision()
/// for picture in pictures {
///     precision.add(predictions: picture.predictions, truths: picture.truths)
/// }
/// let mean = precision.score(.ap)                    // IoU 0.50 to 0.95, categories averaged
/// let mugs = precision.score(.ap50, category: 3)
/// ```
///
/// A picture is matched when it is added; its masks are not kept, so a set may be larger than
/// memory. Predictions are matched greedily, best score first, to the free true instance with the
/// greatest IoU. A crowd may be matched many times, by the part of the prediction inside it, and
/// counts neither way. At most 100 predictions per picture and category are evaluated.
///
/// - Source: Lin et al., *Microsoft COCO* (2014), and the program `pycocotools`, whose rules for
///   ties, crowds and areas these are.
public struct AveragePrecision: Sendable, Hashable, Codable {
    /// The regions that IoU compares.
    public enum Overlap: String, Sendable, Codable {
        case masks
        /// The boxes around the masks. Areas, by which instances are small or large, remain those
        /// of masks.
        case boxes
    }

    struct Picture: Sendable, Hashable, Codable {
        let image: Int
        /// By category, then by `AreaRange`.
        let categories: [Int: [DetectionMatches]]
    }

    public let overlap: Overlap
    /// Whether categories are disregarded: an instance may match one of another category.
    public let isClassAgnostic: Bool
    var pictures: [Picture] = []

    public init(_ overlap: Overlap = .masks, isClassAgnostic: Bool = false) {
        self.overlap = overlap
        self.isClassAgnostic = isClassAgnostic
    }

    public var imageCount: Int { pictures.count }

    /// The categories that a prediction or a true instance has; the one category 0 for a
    /// class-agnostic metric.
    public var categories: [Int] { Set(pictures.flatMap(\.categories.keys)).sorted() }

    /// Matches the predictions of a picture with its true instances.
    ///
    /// - Parameters:
    ///   - predictions: in any order; equal scores keep it.
    ///   - image: the picture's number, which orders equal scores of different pictures: the lower
    ///     one first. Nil numbers pictures as they are added.
    /// - Precondition: masks of one size.
    public mutating func add(
        predictions: [PredictedInstance], truths: [TrueInstance], image: Int? = nil
    ) {
        let found = Dictionary(grouping: predictions) { isClassAgnostic ? 0 : $0.category }
        let actual = Dictionary(grouping: truths) { isClassAgnostic ? 0 : $0.category }
        var categories: [Int: [DetectionMatches]] = [:]
        for category in Set(found.keys).union(actual.keys) {
            // Without categories, ties are ordered by them, as in COCO's program.
            categories[category] = matches(
                ordered(found[category] ?? [], by: \.category),
                ordered(actual[category] ?? [], by: \.category))
        }
        pictures.append(Picture(image: image ?? pictures.count, categories: categories))
    }

    /// Appends the pictures of another part of the data.
    ///
    /// Parts that number their pictures themselves have equal numbers; among these, pictures of
    /// this part precede the other's.
    /// - Precondition: the same overlap, and both or none class-agnostic.
    public mutating func merge(_ other: AveragePrecision) {
        require(
            other.overlap == overlap && other.isClassAgnostic == isClassAgnostic,
            "AveragePrecision.merge: \(overlap), class-agnostic \(isClassAgnostic) against "
                + "\(other.overlap), \(other.isClassAgnostic)")
        pictures += other.pictures
    }

    private func matches(
        _ predictions: [PredictedInstance], _ truths: [TrueInstance]
    ) -> [DetectionMatches] {
        let best = ordered(predictions, by: { -$0.score }).prefix(DetectionMatches.limit)
        let overlaps = best.map { prediction in
            truths.map { overlap.value(prediction.mask, $0.mask, isCrowd: $0.isCrowd) }
        }
        return AreaRange.allCases.map {
            DetectionMatches(Array(best), truths, overlaps: overlaps, area: $0)
        }
    }
}

extension AveragePrecision.Overlap {
    /// IoU; with a crowd, the fraction of the prediction inside it.
    func value(_ prediction: InstanceMask, _ truth: InstanceMask, isCrowd: Bool) -> Double {
        let (common, mine, theirs): (Int, Int, Int)
        switch self {
        case .masks:
            (common, mine, theirs) = (
                prediction.intersection(truth), prediction.area, truth.area
            )
        case .boxes:
            guard let box = prediction.box, let target = truth.box else { return 0 }
            (common, mine, theirs) = (box.intersection(target), box.area, target.area)
        }
        return common == 0 ? 0 : Double(common) / Double(isCrowd ? mine : mine + theirs - common)
    }
}

/// Returns the elements by ascending key; equal keys keep their order.
func ordered<Element>(
    _ elements: [Element], by key: (Element) -> some Comparable
) -> [Element] {
    elements.enumerated()
        .map { (offset: $0.offset, key: key($0.element)) }
        .sorted { $0.key == $1.key ? $0.offset < $1.offset : $0.key < $1.key }
        .map { elements[$0.offset] }
}
