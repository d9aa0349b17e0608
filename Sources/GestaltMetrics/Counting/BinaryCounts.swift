import GestaltChecks

/// The confusion counts of one class, from which every score of overlap is computed.
///
/// Counts add up over images and batches; scores do not. Keep counts until the end.
public struct BinaryCounts: Sendable, Hashable, Codable {
    public var truePositives: Int
    public var falsePositives: Int
    public var falseNegatives: Int
    public var trueNegatives: Int

    /// - Precondition: no count is negative.
    public init(
        truePositives: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0,
        trueNegatives: Int = 0
    ) {
        require(
            truePositives >= 0 && falsePositives >= 0 && falseNegatives >= 0 && trueNegatives >= 0,
            "BinaryCounts: a negative count")
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
        self.trueNegatives = trueNegatives
    }

    public static let zero = BinaryCounts()

    /// Pixels that either the prediction or the truth assigns to the class.
    public var union: Int { truePositives + falsePositives + falseNegatives }
    public var total: Int { union + trueNegatives }
    /// Whether neither the prediction nor the truth has a pixel of the class.
    public var isAbsent: Bool { union == 0 }

    public static func + (a: BinaryCounts, b: BinaryCounts) -> BinaryCounts {
        BinaryCounts(
            truePositives: a.truePositives + b.truePositives,
            falsePositives: a.falsePositives + b.falsePositives,
            falseNegatives: a.falseNegatives + b.falseNegatives,
            trueNegatives: a.trueNegatives + b.trueNegatives)
    }

    public static func += (a: inout BinaryCounts, b: BinaryCounts) { a = a + b }
}
