import GestaltData

extension StudyAnswer {
    /// The statement with its verdict and what it follows from.
    package var block: Block {
        .statement(
            Block.Statement(
                statement.text, verdict: verdict, tone, evidence: evidence,
                remarks: missing.map {
                    [.text("The study has no scored runs of \($0).")]
                } + mismatches.map { [.text("Not compared: \($0).")] }
                    + (statement.remark.map { [[.text($0)]] } ?? [])))
    }

    /// A line for each comparison.
    private var evidence: Table? {
        guard statement.published == nil, !findings.isEmpty else { return nil }
        var table = Table(
            [],
            [
                Table.Column("labels"), Table.Column("rows"), .numbers("difference"),
                .numbers("seeds"), Table.Column("outcome"),
            ])
        for finding in findings {
            let difference = finding.difference
            table.add([
                [.text(scores.number(difference.labels))],
                [
                    .code(difference.row.name), .text(" − "), .code(difference.other.name),
                ] + choice(of: finding),
                [.text(difference.words)],
                [.text(difference.deviation.map { "± \(DisplayNumber.fixed($0))" } ?? "one")],
                [.text(words(finding.outcome))],
            ])
        }
        return table
    }

    /// Of how many rows those compared are the best, and where: on the images that are reported
    /// the best of many looks better than it is.
    private func choice(of finding: Finding) -> [Inline] {
        let counts = finding.candidates
        guard counts.contains(where: { $0 > 1 }) else { return [] }
        let split = finding.isChosenOnReported ? "the same images" : scores.choosingSplit.folder
        let best = counts.map { $0 > 1 ? "best of \($0)" : "the only one" }
        return [.note("\(best[0]), and \(best[1]), on \(split)")]
    }

    private func words(_ outcome: Outcome) -> String {
        switch outcome {
        case .above: "above"
        case .below: "below"
        case .level: "level: within ±\(DisplayNumber.significant(margin))"
        case .withinSeeds: "open: within the spread over seeds"
        case .undecided: "open: the interval includes zero"
        case .noInterval: "open: too few clips"
        }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
