import GestaltData
import GestaltMetrics
import GestaltRecipes
import Synchronization

/// The scores of a study's rows on one split, with their intervals and paired differences.
package struct StudyScores: Sendable {
    package let results: StudyResults
    /// The split whose scores are reported.
    package let split: Split
    /// The split on which one row of several is chosen: validation if it was scored.
    package let choosingSplit: Split
    /// The numbers of labels, ascending, all of them last.
    package let amounts: [Int?]
    let bootstrap: Bootstrap
    private let summaries: [Key: RowScore]
    private let choices: [Key: Double]

    /// Differences that were computed: charts, tables and answers show many of them twice.
    private let differences = Cache()

    private struct Pair: Hashable {
        let row: String
        let other: String
        let labels: Int?
    }

    private final class Cache: Sendable {
        private let values = Mutex<[Pair: RowDifference]>([:])

        subscript(pair: Pair) -> RowDifference? {
            get { values.withLock { $0[pair] } }
            set { values.withLock { $0[pair] = newValue } }
        }
    }

    private struct Key: Hashable {
        let row: String
        let labels: Int?
    }

    /// - Throws: `ReportMismatch` where the runs of a row were scored on different images.
    package init(_ results: StudyResults, _ bootstrap: Bootstrap = Bootstrap()) throws {
        self.results = results
        self.bootstrap = bootstrap
        let scored = Set(
            results.runs.flatMap { $0.scores.filter { $0.masks != nil }.map(\.split) })
        split = [.test, .validation, .train].first(where: scored.contains) ?? .validation
        choosingSplit = scored.contains(.validation) ? .validation : split
        let labelFree = Set(results.rows.filter(\.isLabelFree).map(\.name))
        let measured = Set(
            results.settings.labels
                + results.runs.filter { !labelFree.contains($0.row) }.map(\.labels))
        amounts = measured.sorted { ($0 ?? .max) < ($1 ?? .max) }
        var summaries: [Key: RowScore] = [:]
        var choices: [Key: Double] = [:]
        for row in results.rows {
            // A single run, whatever numbers of labels other rows have.
            let own: [Int?] = row.isLabelFree ? [nil] : amounts
            for labels in own {
                let key = Key(row: row.name, labels: labels)
                summaries[key] = try RowScore(row, labels, in: results, on: split, bootstrap)
                let means = results.reports(of: row.name, labels: labels, on: choosingSplit)
                    .map(\.report.perImage.iou).filter(\.isFinite)
                if !means.isEmpty { choices[key] = means.reduce(0, +) / Double(means.count) }
            }
        }
        (self.summaries, self.choices) = (summaries, choices)
    }

    /// Returns the score of a row with a number of labels; nil where no run of it has one. Methods
    /// without labels have one score for every number.
    package func score(of row: StudyResults.Row, labels: Int?) -> RowScore? {
        summaries[Key(row: row.name, labels: row.isLabelFree ? nil : labels)]
    }

    /// Returns the mean IoU by which a row is chosen among others.
    func choice(of row: StudyResults.Row, labels: Int?) -> Double? {
        choices[Key(row: row.name, labels: row.isLabelFree ? nil : labels)]
    }

    /// Returns the paired difference of two rows, the first minus the second; nil where one of them
    /// has no score.
    /// - Throws: `ReportMismatch` for rows that were scored on different images.
    package func difference(
        _ row: StudyResults.Row, _ other: StudyResults.Row, labels: Int?
    ) throws(ReportMismatch) -> RowDifference? {
        guard let mine = score(of: row, labels: labels),
            let theirs = score(of: other, labels: labels)
        else { return nil }
        let key = Pair(row: row.name, other: other.name, labels: labels)
        if let known = differences[key] { return known }
        func reports(_ row: StudyResults.Row) -> [ReportComparison.Named] {
            results.reports(of: row.name, labels: row.isLabelFree ? nil : labels, on: split)
        }
        let comparison = try ReportComparison(
            reports(row), against: reports(other), bootstrap: bootstrap)
        guard let difference = comparison.difference, difference.estimate.isFinite else {
            return nil
        }
        let result = RowDifference(mine, theirs, labels, difference)
        differences[key] = result
        return result
    }

    /// The number of labels at which most rows have a score, the largest of several.
    package var commonAmount: Int? {
        func count(_ labels: Int?) -> Int {
            results.rows.filter { !$0.isLabelFree && score(of: $0, labels: labels) != nil }.count
        }
        let best = amounts.map(count).max() ?? 0
        return amounts.last { count($0) == best } ?? nil
    }

    /// Returns the number of labels in words: `30 labels`, `all 7 200 labels`.
    package func words(_ labels: Int?) -> String {
        labels.map { $0 == 1 ? "1 label" : "\(DisplayNumber.count($0)) labels" }
            ?? (labeledFrames.map { "all \(DisplayNumber.count($0)) labels" } ?? "all labels")
    }

    /// Returns the number of labels alone: `30`, `all 7 200`.
    package func number(_ labels: Int?) -> String {
        labels.map(DisplayNumber.count)
            ?? (labeledFrames.map { "all \(DisplayNumber.count($0))" } ?? "all")
    }

    /// The number of labeled frames of the training split; nil where it is not known.
    package var labeledFrames: Int? {
        results.data.splits.first { $0.split == .train }?.labeledFrames
    }
}

extension StudyResults.Row {
    /// Whether one run serves every number of labels.
    var isLabelFree: Bool { !usesLabels }
}
