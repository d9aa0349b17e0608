/// The answer to a statement, derived from the scores of a study.
package struct StudyAnswer: Sendable {
    package let statement: StudyStatement
    /// The comparisons that could be made, by contrast and number of labels.
    package let findings: [Finding]
    /// The patterns without runs.
    package let missing: [String]
    /// Why rows could not be compared that were scored on different images.
    package let mismatches: [String]
    let scores: StudyScores
    let margin: Double

    package init(_ statement: StudyStatement, from scores: StudyScores, margin: Double) {
        self.statement = statement
        self.scores = scores
        self.margin = margin
        var findings: [Finding] = []
        var mismatches: [String] = []
        for contrast in statement.contrasts {
            for labels in scores.amounts {
                do {
                    let finding = try contrast.finding(in: scores, labels: labels, margin: margin)
                    if let finding { findings.append(finding) }
                } catch {
                    mismatches.append("\(error)")
                }
            }
        }
        (self.findings, self.mismatches) = (findings, mismatches)
        var missing: [String] = []
        for contrast in statement.contrasts {
            if let pattern = contrast.missing(in: scores), !missing.contains(pattern.subject) {
                missing.append(pattern.subject)
            }
        }
        self.missing = missing
    }

    /// The verdict for each number of labels: true where all findings are as expected, false where
    /// one is not, nil in between.
    private var decided: [(labels: Int?, isAffirmed: Bool?)] {
        scores.amounts.compactMap { labels in
            let here = findings.filter { $0.difference.labels == labels && $0.contrast != .size }
            guard !here.isEmpty else { return nil }
            let verdicts = here.map(\.isAffirmed)
            let isAffirmed: Bool? =
                verdicts.contains(false) ? false : verdicts.contains(nil) ? nil : true
            return (labels, isAffirmed)
        }
    }

    package var tone: Block.Tone {
        let verdicts = decided.map(\.isAffirmed)
        guard let first = verdicts.first, let verdict = first,
            verdicts.allSatisfy({ $0 == verdict }), !verdict || (missing + mismatches).isEmpty
        else { return .open }
        return verdict ? .affirmed : .denied
    }

    /// A sentence: `Supported with 100 labels; undecided with 10 labels.`
    package var verdict: String {
        if statement.published != nil { return publishedVerdict }
        guard !findings.isEmpty else { return "Not measured." }
        let decided = decided
        guard !decided.isEmpty else { return sizeVerdict }
        let isClaim = statement.form == .claim
        let words: [(verdict: Bool?, text: String)] = [
            (true, isClaim ? "supported" : "yes"), (false, isClaim ? "not supported" : "no"),
            (nil, "undecided"),
        ]
        let parts = words.compactMap { verdict, text -> String? in
            let labels = decided.filter { $0.isAffirmed == verdict }.map(\.labels)
            guard !labels.isEmpty else { return nil }
            guard labels.count == decided.count, labels.count > 1 else {
                return "\(text) with \(list(labels))"
            }
            return "\(text) with \(verdict == true ? "every" : "any") number of labels"
        }
        let sentence = parts.joined(separator: "; ")
        return sentence.capitalizedFirst
            + ((missing + mismatches).isEmpty ? "." : ", as far as measured.")
    }

    /// `10, 30 and all 7 200 labels`.
    private func list(_ labels: [Int?]) -> String {
        guard labels.count > 1 else { return scores.words(labels[0]) }
        let numbers = labels.dropLast().map { $0.map(DisplayNumber.count) ?? "all" }
        return numbers.joined(separator: ", ") + " and " + scores.words(labels[labels.count - 1])
    }

    private var sizeVerdict: String {
        let sizes = findings.map(\.difference).sorted { $0.estimate < $1.estimate }
        func words(_ difference: RowDifference) -> String {
            "\(difference.words) with \(scores.words(difference.labels))"
        }
        guard let least = sizes.first, let most = sizes.last, sizes.count > 1 else {
            return words(sizes[0]).capitalizedFirst + "."
        }
        return "From \(words(least)) to \(words(most))."
    }

    /// The first subject's own score beside a published one: both as numbers, since other data
    /// allow no verdict.
    private var publishedVerdict: String {
        let subject = statement.contrasts[0].subject
        let measured = scores.amounts.last { subject.choice(in: scores, labels: $0) != nil }
        guard let labels = measured, let row = subject.choice(in: scores, labels: labels)?.row,
            let score = scores.score(of: row, labels: labels)
        else { return "Not measured." }
        let interval = score.interval.map {
            ", interval over clips \(DisplayNumber.fixed($0.lowerBound)) … "
                + DisplayNumber.fixed($0.upperBound)
        }
        return "On these data: IoU per image \(score.words)\(interval ?? "") with "
            + "\(scores.words(labels)); micro IoU \(DisplayNumber.fixed(score.micro))."
    }
}
