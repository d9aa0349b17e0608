/// The outcome of a paired difference of two rows.
public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// The interval is above zero, and the difference larger than its spread over seeds.
    case above
    /// The interval is below zero, and the difference larger than its spread over seeds.
    case below
    /// The interval lies within the margin of equivalence, whether it includes zero or not.
    case level
    /// The interval excludes zero, the spread over seeds does not.
    case withinSeeds = "within-seeds"
    /// The interval includes zero and reaches beyond the margin.
    case undecided
    /// There are too few clips for an interval.
    case noInterval = "no-interval"
}

extension RowDifference {
    /// Returns the outcome for a margin of equivalence.
    package func outcome(margin: Double) -> Outcome {
        guard let interval else { return .noInterval }
        if interval.lowerBound >= -margin && interval.upperBound <= margin { return .level }
        guard interval.lowerBound > 0 || interval.upperBound < 0 else { return .undecided }
        if let deviation, abs(estimate) <= deviation { return .withinSeeds }
        return interval.lowerBound > 0 ? .above : .below
    }
}

/// A comparison that was made.
package struct Finding: Sendable, Equatable {
    package let contrast: Contrast.Expectation
    package let difference: RowDifference
    package let outcome: Outcome
    /// The numbers of rows that were meant by the subject and by the reference, of which the best
    /// on the choosing split was taken.
    package let candidates: [Int]
    /// Whether they were chosen on the split that is reported.
    package let isChosenOnReported: Bool

    /// Whether it is as expected; nil where it is open.
    package var isAffirmed: Bool? {
        switch (contrast, outcome) {
        case (.above, .above), (.level, .level), (.level, .above), (.differs, .above),
            (.differs, .below):
            true
        case (.above, .below), (.above, .level), (.level, .below), (.differs, .level): false
        default: nil
        }
    }
}
