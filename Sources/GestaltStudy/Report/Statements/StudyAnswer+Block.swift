import GestaltData

extension StudyAnswer {
    /// The statement with its verdict and its reasons.
    package var block: Block {
        let shown = statement.published == nil ? findings : []
        return .statement(
            Block.Statement(
                statement.text, verdict: verdict, tone,
                reasons: shown.map(reason)
                    + missing.map {
                        [.text("Not measured: the study has no scored runs of \($0).")]
                    } + mismatches.map { [.text("Not compared: \($0).")] }
                    + (statement.remark.map { [[.text($0)]] } ?? [])))
    }

    /// `30 labels: prior minus unet: −0.035 (−0.045 … −0.025); seeds ± 0.006. Below.`
    private func reason(_ finding: Finding) -> [Inline] {
        let difference = finding.difference
        let seeds =
            difference.deviation.map { "; seeds ± \(DisplayNumber.fixed($0))" }
            ?? "; \(seedWords(difference.seedCounts)): their spread is not known"
        return [
            .text(scores.words(difference.labels).capitalizedFirst + ": "),
            .code(difference.row.name), .text(" minus "), .code(difference.other.name),
            .text(": "), .strong(difference.words),
            .text("\(seeds). \(explanation(finding.outcome))\(choice(of: finding))"),
        ]
    }

    /// Of how many rows those compared are the best, and where: on the images that are reported
    /// the best of many looks better than it is.
    private func choice(of finding: Finding) -> String {
        let counts = finding.candidates
        guard counts.contains(where: { $0 > 1 }) else { return "" }
        let split = finding.isChosenOnReported ? "the same images" : scores.choosingSplit.folder
        return " The best of \(counts[0]) and of \(counts[1]) rows on \(split)."
    }

    private func seedWords(_ counts: [Int]) -> String {
        counts[0] == counts[1]
            ? (counts[0] == 1 ? "one seed each" : "\(counts[0]) seeds each")
            : "\(counts[0]) and \(counts[1]) seeds"
    }

    private func explanation(_ outcome: Outcome) -> String {
        let margin = DisplayNumber.significant(margin)
        return switch outcome {
        case .above: "Above: the interval excludes zero."
        case .below: "Below: the interval excludes zero."
        case .level: "Level: the interval lies within ±\(margin)."
        case .withinSeeds:
            "Open: the interval excludes zero, but the difference is within the spread over seeds."
        case .undecided: "Open: the interval includes zero and reaches beyond ±\(margin)."
        case .noInterval: "Open: there are too few clips for an interval."
        }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
