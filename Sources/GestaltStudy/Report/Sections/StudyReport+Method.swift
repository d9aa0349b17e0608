import GestaltData
import GestaltMetrics
import GestaltRecipes

extension StudyReport {
    /// The meaning of numbers, intervals and verdicts.
    var methodSection: [Block] {
        let margin = DisplayNumber.significant(options.margin)
        let choice =
            scores.choosingSplit == split
            ? "Rows are also chosen on \(split.folder), since no other split was scored: the best "
                + "of many looks better here than it is."
            : "Of several rows, the one with the best score on \(scores.choosingSplit.folder) is shown; "
                + "\(split.folder) is only reported."
        let items: [[Inline]] =
            spreads + [
                [
                    .strong("Verdicts."),
                    .text(
                        " A difference is above or below where its interval excludes zero and it is "
                            + "larger than its spread over seeds; level where the whole interval lies "
                            + "within ±\(margin); open otherwise."),
                ],
                [.strong("Choices."), .text(" " + choice)],
                [
                    .strong("Data."), .text(" "), .code(results.data.location),
                    .text(", fingerprint "), .code(results.data.fingerprint), .text(": " + splits),
                ],
            ]
        return [.section("How to read this"), .list(items)] + machines
    }

    /// What is averaged, and the two spreads.
    private var spreads: [[Inline]] {
        let level = DisplayNumber.significant(options.bootstrap.level * 100)
        return [
            [
                .strong("IoU per image"),
                .text(
                    " is the mean over frames of each frame's intersection over union. Every "
                        + "\(ordinal(results.settings.every))labeled frame is scored."),
            ],
            [
                .strong("Intervals over clips"),
                .text(
                    " (\(level) %) are percentile bootstraps with "
                        + "\(DisplayNumber.count(options.bootstrap.resamples)) resamples of whole "
                        + "clips: they say how much other clips would change the number, for these "
                        + "trained models. Below \(SegmentationReport.leastClips) clips there is "
                        + "none."),
            ],
            [
                .strong("The spread over seeds"),
                .text(
                    " (±, and the small dots) is the standard deviation of runs that differ in "
                        + "initialization, order and augmentation: it says how much another "
                        + "training would change the number, on these clips. A single seed has "
                        + "none."),
            ],
        ]
    }

    private var splits: String {
        results.data.splits.map { split in
            "\(split.split.folder) \(DisplayNumber.count(split.clips)) clips, "
                + "\(DisplayNumber.count(split.frames)) frames, "
                + "\(DisplayNumber.count(split.labeledFrames)) labeled"
                + (split.frameSize.map { ", \($0) pixels" } ?? "")
        }.joined(separator: "; ") + "."
    }

    private var machines: [Block] {
        var names: [String] = []
        for case let name? in results.runs.map(\.machine) where !names.contains(name) {
            names.append(name)
        }
        return names.isEmpty
            ? [] : [.paragraph("Machines: " + names.joined(separator: "; ") + ".")]
    }

    private func ordinal(_ number: Int) -> String {
        let suffix =
            switch (number % 10, number % 100) {
            case (_, 11...13): "th"
            case (1, _): "st"
            case (2, _): "nd"
            case (3, _): "rd"
            default: "th"
            }
        return number == 1 ? "" : "\(number)\(suffix) "
    }
}
