/// A score of overlap, from 0 to 1, computed from ``BinaryCounts``.
public enum SegmentationScore: String, Sendable, CaseIterable, Codable {
    /// Intersection over union, Jaccard's index: TP / (TP + FP + FN).
    case iou
    /// Dice's coefficient, F1: 2·TP / (2·TP + FP + FN).
    case dice
    /// TP / (TP + FP).
    case precision
    /// TP / (TP + FN).
    case recall
    /// (TP + TN) / all.
    case accuracy
}

/// The score of a class of which neither the prediction nor the truth has a pixel.
public enum AbsentClass: String, Sendable, CaseIterable, Codable {
    /// A perfect 1: nothing was there and nothing was claimed (DAVIS).
    case one
    /// 0.
    case zero
    /// Omitted from the mean.
    case skipped
}

extension BinaryCounts {
    /// Returns the score of these counts; nil where `absent` omits them.
    ///
    /// A class that only one side has scores 0 in all but accuracy, even where the score's own
    /// denominator is 0 (precision without a prediction, recall without a truth). Accuracy is
    /// defined for an absent class as long as there is a pixel. Without any counted pixel, as in an
    /// image that is ignored entirely, there is no score, whatever the value of `absent`.
    public func value(of score: SegmentationScore, absent: AbsentClass = .one) -> Double? {
        let (hits, claims): (Int, Int) =
            switch score {
            case .iou: (truePositives, union)
            case .dice: (2 * truePositives, union + truePositives)
            case .precision: (truePositives, truePositives + falsePositives)
            case .recall: (truePositives, truePositives + falseNegatives)
            case .accuracy: (truePositives + trueNegatives, total)
            }
        guard total > 0 else { return nil }
        if claims > 0 { return Double(hits) / Double(claims) }
        if !isAbsent { return 0 }
        return switch absent {
        case .one: 1
        case .zero: 0
        case .skipped: nil
        }
    }
}
