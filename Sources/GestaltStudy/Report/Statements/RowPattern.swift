import GestaltRecipes

/// A description of rows: which of a study's rows a statement speaks of.
public struct RowPattern: Sendable {
    /// The rows meant, a noun phrase: `the prior's hidden states, frozen`.
    public let subject: String
    /// Returns how well a row fits, for the subject of the comparison where the row is its
    /// reference; nil where it does not. Only the rows that fit best are candidates.
    public let rank: @Sendable (_ row: StudyResults.Row, _ subject: StudyResults.Row?) -> Int?

    public init(
        _ subject: String,
        rank: @escaping @Sendable (_ row: StudyResults.Row, _ subject: StudyResults.Row?) -> Int?
    ) {
        (self.subject, self.rank) = (subject, rank)
    }

    /// Creates a pattern of rows that all fit equally well.
    public init(
        _ subject: String, where matches: @escaping @Sendable (StudyResults.Row) -> Bool
    ) {
        self.init(subject) { row, _ in matches(row) ? 0 : nil }
    }

    /// Returns the rows that fit best, those without a score left out.
    func candidates(
        in scores: StudyScores, labels: Int?, for subject: StudyResults.Row? = nil
    ) -> [StudyResults.Row] {
        let ranked = scores.results.rows.compactMap { row in
            scores.score(of: row, labels: labels) == nil || row.name == subject?.name
                ? nil : rank(row, subject).map { (row: row, rank: $0) }
        }
        let best = ranked.map(\.rank).max()
        return ranked.filter { $0.rank == best }.map(\.row)
    }

    /// Returns the candidate with the best score on the choosing split, the first of equals.
    func choice(
        in scores: StudyScores, labels: Int?, for subject: StudyResults.Row? = nil
    ) -> (row: StudyResults.Row, count: Int)? {
        scores.best(of: candidates(in: scores, labels: labels, for: subject), labels: labels)
    }
}

extension StudyScores {
    /// Returns the row with the best score on the choosing split, the first of equals, and the
    /// number of rows; nil without rows.
    func best(
        of candidates: [StudyResults.Row], labels: Int?
    ) -> (row: StudyResults.Row, count: Int)? {
        guard var best = candidates.first else { return nil }
        func score(_ row: StudyResults.Row) -> Double {
            choice(of: row, labels: labels) ?? -.infinity
        }
        for row in candidates.dropFirst() where score(row) > score(best) { best = row }
        return (best, candidates.count)
    }
}

extension StudyResults.Row {
    /// The words of the name of the source: `prior`, `hidden`, `2`, `skips`.
    var sourceWords: [String] { source.split(separator: ":").map(String.init) }

    /// The part before the first colon.
    var headKind: String? { head?.split(separator: ":").first.map(String.init) }

    /// Whether the source is trained with the head. Students do not count: their kind decides about
    /// the parts that they train.
    var trainsSource: Bool { !isStudent && [.fineTuned, .fromScratch].contains(training) }

    /// Whether labels train the head alone.
    var isFrozen: Bool {
        !isStudent && !usesUnlabeledFrames && [.frozen, .none].contains(training)
    }

    /// Whether labels are learned on random weights.
    var hasRandomSource: Bool { !isStudent && initialization == .random }

    /// Whether the source learned from pictures without motion before it saw labels.
    var isFromStillPictures: Bool { pretraining == .stillPictures }

    /// The value of a word `key=value` in the name of the source.
    func sourceValue(_ key: String) -> String? {
        sourceWords.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    /// Whether another row has the same training of its source, and the same unlabeled frames.
    func sharesSourceTraining(with other: StudyResults.Row) -> Bool {
        initialization == other.initialization && training == other.training
            && trainedParts == other.trainedParts && isStudent == other.isStudent
            && usesUnlabeledFrames == other.usesUnlabeledFrames
    }

    /// Whether another row has the same head, too.
    func sharesTraining(with other: StudyResults.Row) -> Bool {
        head == other.head && sharesSourceTraining(with: other)
    }
}
