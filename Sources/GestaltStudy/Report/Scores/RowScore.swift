import GestaltData
import GestaltMetrics
import GestaltRecipes

/// IoU of a row with one number of labels: the mean over seeds and images, the standard deviation
/// over seeds, and the interval over clips.
package struct RowScore: Sendable, Equatable {
    package let row: StudyResults.Row
    package let labels: Int?
    /// The seeds of the runs, in the order of ``runs``.
    package let seeds: [UInt64]
    /// IoU per image of each run.
    package let runs: [Double]
    package let mean: Double
    /// The standard deviation over seeds; nil for a single one.
    package let deviation: Double?
    /// The interval over clips; nil with fewer than `SegmentationReport.leastClips`.
    package let interval: ClosedRange<Double>?
    /// IoU of the pixels of all images together, mean over seeds.
    package let micro: Double
    /// The parameters of the model of the last run that states them; nil where none does.
    package let parameters: Int?
    /// The mean over the runs that have it; nil where none does.
    package let millisecondsPerFrame: Double?
    /// The mean over the runs.
    package let minutes: Double

    /// Nil where no run has a score.
    /// - Throws: `ReportMismatch` where the runs were scored on different images.
    init?(
        _ row: StudyResults.Row, _ labels: Int?, in results: StudyResults, on split: Split,
        _ bootstrap: Bootstrap
    ) throws {
        let scored = results.runs(of: row.name, labels: labels).filter {
            $0.scores(on: split)?.masks?.perImage.iou.isFinite == true
        }
        let reports = scored.compactMap { run in
            run.scores(on: split)?.masks.map { ("\(row.name), seed \(run.seed)", $0) }
        }
        guard !reports.isEmpty else { return nil }
        let method = try ReportComparison(reports, bootstrap: bootstrap).method
        guard method.mean.isFinite else { return nil }
        (self.row, self.labels, seeds) = (row, labels, scored.map(\.seed))
        (runs, mean, deviation) = (method.runs, method.mean, method.deviation)
        let hasInterval = reports[0].1.clipCount >= SegmentationReport.leastClips
        interval = hasInterval ? method.interval.bounds : nil
        micro = reports.map(\.1.micro.iou).reduce(0, +) / Double(reports.count)
        parameters = scored.compactMap(\.parameters).last
        let times = scored.compactMap(\.millisecondsPerFrame)
        millisecondsPerFrame = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
        minutes = scored.map(\.minutes).reduce(0, +) / Double(scored.count)
    }

    /// `0.844 ± 0.004`, the spread over seeds; without it for a single seed.
    package var words: String {
        DisplayNumber.fixed(mean) + (deviation.map { " ± \(DisplayNumber.fixed($0))" } ?? "")
    }
}

/// The paired difference of two rows with one number of labels.
package struct RowDifference: Sendable, Equatable {
    package let row: StudyResults.Row
    package let other: StudyResults.Row
    package let labels: Int?
    package let estimate: Double
    /// The interval over clips; nil with fewer than `SegmentationReport.leastClips`.
    package let interval: ClosedRange<Double>?
    /// The differences of the seeds that both have.
    package let runs: [Double]
    /// The standard deviation of the difference over seeds: of ``runs``, or from those of both rows
    /// where they do not share two seeds. Nil where a row has a single seed.
    package let deviation: Double?
    /// The numbers of runs of both rows.
    package let seedCounts: [Int]

    init(
        _ mine: RowScore, _ theirs: RowScore, _ labels: Int?, _ difference: ConfidenceInterval
    ) {
        (row, other, self.labels) = (mine.row, theirs.row, labels)
        estimate = difference.estimate
        interval = mine.interval == nil || theirs.interval == nil ? nil : difference.bounds
        let pairs = zip(mine.seeds, mine.runs).compactMap { seed, run in
            theirs.seeds.firstIndex(of: seed).map { run - theirs.runs[$0] }
        }
        runs = pairs
        seedCounts = [mine.runs.count, theirs.runs.count]
        deviation =
            standardDeviation(pairs)
            ?? mine.deviation.flatMap { mine in
                theirs.deviation.map { (mine * mine + $0 * $0).squareRoot() }
            }
    }

    /// `+0.012 (+0.003 … +0.021)`.
    package var words: String {
        DisplayNumber.difference(estimate)
            + (interval.map {
                " (\(DisplayNumber.difference($0.lowerBound)) … "
                    + "\(DisplayNumber.difference($0.upperBound)))"
            } ?? "")
    }
}

extension ConfidenceInterval {
    /// The interval; nil where it is not defined.
    var bounds: ClosedRange<Double>? {
        lower.isFinite && upper.isFinite && lower <= upper ? lower...upper : nil
    }
}
