import GestaltData
import GestaltRecipes

extension StudyReport {
    /// `IoU on 360 frames of 60 clips (test) of robot-push; 24 rows, 3 seeds.`
    var subtitle: [Inline] {
        let report = results.runs.lazy.compactMap { $0.scores(on: self.split)?.masks }.first
        let basis =
            report.map {
                "Scores on \(DisplayNumber.count($0.imageCount)) frames of "
                    + "\(DisplayNumber.count($0.clipCount)) clips, split "
            } ?? "No scores yet, split "
        let seeds = results.settings.seeds.count
        let finished = results.runs.filter { $0.state == .done }.count
        return [
            .text(basis), .code(split.folder), .text(" of "), .code(results.data.location),
            .text(
                ". \(results.rows.count) rows, \(seeds) \(seeds == 1 ? "seed" : "seeds"); "
                    + "\(finished) of \(results.runs.count) runs finished."),
        ]
    }

    /// The answers to the claim and to the questions.
    var answerSections: [Block] {
        section(
            "The claim, sentence by sentence", "claim", options.claim,
            "The claim of “Video Prediction Models as General Visual Encoders” (arXiv 2405.16382), "
                + "each sentence with the rows that test it.")
            + section(
                "Questions", "questions", options.questions,
                "What has to be known beyond the sentences of the claim.")
    }

    private func section(
        _ title: String, _ name: String, _ statements: [StudyStatement], _ introduction: String
    ) -> [Block] {
        guard !statements.isEmpty else { return [] }
        let answers = statements.map {
            StudyAnswer($0, from: scores, margin: options.margin)
        }
        return [
            .section(title),
            .paragraph(
                introduction + " Differences are paired by image; in parentheses, their 95 % "
                    + "interval over clips. The column “seeds” is the standard deviation of the "
                    + "difference over seeds, another matter."),
        ] + (summary(of: answers, name).map { [.figure($0)] } ?? []) + answers.map(\.block)
    }

    /// The comparisons of all statements in one chart, with the number of labels at which most rows
    /// were scored.
    private func summary(of answers: [StudyAnswer], _ name: String) -> Figure? {
        let labels = scores.commonAmount
        let groups = answers.compactMap { answer -> IntervalChart.Group? in
            guard answer.statement.published == nil else { return nil }
            let rows = answer.findings.filter { $0.difference.labels == labels }.map { finding in
                let difference = finding.difference
                return IntervalChart.Row(
                    "\(difference.row.name) − \(difference.other.name)", difference.estimate,
                    interval: difference.interval, runs: difference.runs, style(of: difference))
            }
            return IntervalChart.Group(answer.statement.text, rows)
        }.filter { !$0.rows.isEmpty }
        guard !groups.isEmpty else { return nil }
        return Figure(
            name,
            IntervalChart.differences(
                title: "Differences behind the answers, \(scores.words(labels))",
                groups: groups, margin: options.margin,
                horizontalTitle: "difference of IoU per image, \(scores.words(labels))"),
            caption: "The comparisons below with \(scores.words(labels)). Lines are 95 % "
                + "intervals over clips, small dots differences of single seeds. Blue circles are "
                + "above, orange triangles below; gray squares are level or open. The shaded zone "
                + "is ±\(DisplayNumber.significant(options.margin)).")
    }
}
