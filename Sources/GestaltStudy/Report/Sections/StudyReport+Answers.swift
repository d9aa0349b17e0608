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
            "The claim, sentence by sentence", options.claim,
            "The claim of “Video Prediction Models as General Visual Encoders” (arXiv 2405.16382), "
                + "each sentence with the rows that test it.")
            + section(
                "Questions", options.questions,
                "What has to be known beyond the sentences of the claim.")
    }

    private func section(
        _ title: String, _ statements: [StudyStatement], _ introduction: String
    ) -> [Block] {
        guard !statements.isEmpty else { return [] }
        return [
            .section(title),
            .paragraph(
                introduction + " Differences are paired by image; in parentheses, their 95 % "
                    + "interval over clips. “seeds ±” is the standard deviation of the "
                    + "difference over seeds, another matter."),
        ] + answers(to: statements).map(\.block)
    }

    func answers(to statements: [StudyStatement]) -> [StudyAnswer] {
        statements.map { StudyAnswer($0, from: scores, margin: options.margin) }
    }
}
