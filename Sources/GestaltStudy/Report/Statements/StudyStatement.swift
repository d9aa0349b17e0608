import GestaltRecipes

/// An assertion or a question, and the comparisons of rows that answer it.
///
/// No part of an answer is fixed in advance: verdict and reasons follow from intervals, and rows
/// without runs are reported as not measured.
public struct StudyStatement: Sendable {
    /// Whether the answer judges a claim or replies to a question.
    public enum Form: Sendable { case claim, question }

    public let text: String
    public let form: Form
    /// All of them have to hold, with every number of labels apart.
    public let contrasts: [Contrast]
    /// A published IoU to set beside the first subject's; nil for none.
    public let published: Double?
    /// A remark on what the comparisons can and cannot show.
    public let remark: String?

    public init(
        _ text: String, _ form: Form, _ contrasts: [Contrast], published: Double? = nil,
        remark: String? = nil
    ) {
        (self.text, self.form, self.contrasts) = (text, form, contrasts)
        (self.published, self.remark) = (published, remark)
    }
}

/// A comparison of two rows that a statement requires.
public struct Contrast: Sendable {
    /// The expected difference, subject minus reference.
    public enum Expectation: String, Sendable, Codable {
        /// The subject is above the reference.
        case above
        /// The subject is not below the reference by more than the margin.
        case level
        /// They differ in one direction or the other.
        case differs
        /// Nothing: the size of the difference is the answer.
        case size
    }

    public let subject: RowPattern
    public let reference: RowPattern
    public let expectation: Expectation

    public init(_ subject: RowPattern, _ expectation: Expectation, _ reference: RowPattern) {
        (self.subject, self.reference, self.expectation) = (subject, reference, expectation)
    }

    /// Returns the comparison with a number of labels; nil where the subject or the reference has
    /// no runs.
    /// - Throws: `ReportMismatch` where both were scored on different images.
    func finding(
        in scores: StudyScores, labels: Int?, margin: Double
    ) throws(ReportMismatch) -> Finding? {
        guard
            let subject = scores.best(of: subjects(in: scores, labels: labels), labels: labels),
            let reference = reference.choice(in: scores, labels: labels, for: subject.row),
            let difference = try scores.difference(subject.row, reference.row, labels: labels)
        else { return nil }
        let candidates = [subject.count, reference.count]
        return Finding(
            contrast: expectation, difference: difference,
            outcome: difference.outcome(margin: margin), candidates: candidates,
            isChosenOnReported: scores.choosingSplit == scores.split
                && candidates.contains { $0 > 1 })
    }

    /// The candidates that have a reference: a better row without one would leave the statement
    /// without an answer.
    private func subjects(in scores: StudyScores, labels: Int?) -> [StudyResults.Row] {
        subject.candidates(in: scores, labels: labels).filter {
            !reference.candidates(in: scores, labels: labels, for: $0).isEmpty
        }
    }

    /// Returns the side that has no runs with any number of labels; nil where both have.
    func missing(in scores: StudyScores) -> RowPattern? {
        if scores.amounts.allSatisfy({ subject.candidates(in: scores, labels: $0).isEmpty }) {
            return subject
        }
        let isCompared = scores.amounts.contains { !subjects(in: scores, labels: $0).isEmpty }
        return isCompared ? nil : reference
    }
}
