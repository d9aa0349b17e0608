import GestaltChecks

/// The reduction of the counts of many images and classes to one score.
public enum Reduction: String, Sendable, CaseIterable, Codable {
    /// Counts summed over images and classes, then one score.
    case micro
    /// Per class over all images, then the mean over classes.
    case macro
    /// Per image with its classes summed, then the mean over images.
    ///
    /// With the single column `.foreground` and absent classes as 1: |P∩G| / |P∪G| of each image,
    /// 1 where both are empty, 0 where one is, and their plain mean.
    case perImage
    /// Per image and class, then the mean over all those pairs.
    case macroImagewise
}

extension CountTable {
    /// Returns one score for the whole table.
    ///
    /// - Parameter absent: the score of a class that neither side has. For `.micro` this means that
    ///   the class is absent from the whole set, for `.perImage` from one image.
    /// - Returns: NaN when nothing is left to average: no image, or all skipped.
    public func score(
        _ score: SegmentationScore, _ reduction: Reduction, absent: AbsentClass = .one
    ) -> Double {
        guard !rows.isEmpty else { return .nan }
        let groups: [BinaryCounts] =
            switch reduction {
            case .micro: [rows.joined().reduce(.zero, +)]
            case .macro: columns.indices.map { column in rows.reduce(.zero) { $0 + $1[column] } }
            case .perImage: rows.map { $0.reduce(.zero, +) }
            case .macroImagewise: Array(rows.joined())
            }
        return mean(groups.compactMap { $0.value(of: score, absent: absent) })
    }

    /// Returns the score of each image, its classes summed; nil where `absent` omits it.
    public func perImage(
        _ score: SegmentationScore, absent: AbsentClass = .one
    ) -> [Double?] {
        rows.map { $0.reduce(.zero, +).value(of: score, absent: absent) }
    }

    /// Returns the table with one column only.
    /// - Precondition: the column exists.
    public func column(_ column: Column) -> CountTable {
        guard let index = columns.firstIndex(of: column) else {
            stop("CountTable.column: \(column) is not among \(columns)")
        }
        var result = CountTable(columns: [column], ignoredLabel: ignoredLabel)
        for row in rows { result.add(row: [row[index]]) }
        return result
    }

    /// Returns all scores under one reduction.
    public func scores(
        _ reduction: Reduction, absent: AbsentClass = .one
    ) -> SegmentationScores {
        SegmentationScores(
            reduction: reduction, absent: absent, imageCount: imageCount,
            iou: score(.iou, reduction, absent: absent),
            dice: score(.dice, reduction, absent: absent),
            precision: score(.precision, reduction, absent: absent),
            recall: score(.recall, reduction, absent: absent),
            accuracy: score(.accuracy, reduction, absent: absent))
    }
}

/// The scores of a set of images, with the rules by which they were computed.
///
/// An undefined score, as of a class that never occurs, is NaN here and `null` in JSON; two
/// such scores are equal.
public struct SegmentationScores: Sendable {
    public let reduction: Reduction
    public let absent: AbsentClass
    /// Images in the table, with or without a score.
    public let imageCount: Int
    public let iou: Double
    public let dice: Double
    public let precision: Double
    public let recall: Double
    public let accuracy: Double
}

extension SegmentationScores: Hashable {
    private var values: [Double] { [iou, dice, precision, recall, accuracy] }

    public static func == (a: Self, b: Self) -> Bool {
        a.reduction == b.reduction && a.absent == b.absent && a.imageCount == b.imageCount
            && zip(a.values, b.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(reduction)
        hasher.combine(absent)
        hasher.combine(imageCount)
        for value in values where !value.isNaN { hasher.combine(value) }
    }
}

extension SegmentationScores: Codable {
    private enum CodingKeys: String, CodingKey {
        case reduction, absent, iou, dice, precision, recall, accuracy
        case imageCount = "image_count"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func score(_ key: CodingKeys) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? .nan
        }
        self.init(
            reduction: try values.decode(Reduction.self, forKey: .reduction),
            absent: try values.decode(AbsentClass.self, forKey: .absent),
            imageCount: try values.decode(Int.self, forKey: .imageCount), iou: try score(.iou),
            dice: try score(.dice), precision: try score(.precision), recall: try score(.recall),
            accuracy: try score(.accuracy))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(reduction, forKey: .reduction)
        try container.encode(absent, forKey: .absent)
        try container.encode(imageCount, forKey: .imageCount)
        let keys: [CodingKeys] = [.iou, .dice, .precision, .recall, .accuracy]
        for (key, value) in zip(keys, values) {
            try container.encode(value.isNaN ? nil : value, forKey: key)
        }
    }
}

package func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}

/// The standard deviation with n − 1 in the denominator; nil for fewer than two values.
package func standardDeviation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let center = mean(values)
    let squares = values.map { ($0 - center) * ($0 - center) }
    return (squares.reduce(0, +) / Double(values.count - 1)).squareRoot()
}
