import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTensor

/// The scores of a run on a split, with facts about the model: a file in `scores/`.
struct StoredScores: Codable, Sendable, Equatable {
    var scores: StudyResults.Scores
    var parameters: Int?
    var millisecondsPerFrame: Double?
}

extension StudySession {
    /// Scores the model of a training on a split.
    /// - Throws: `ModelMismatch` for one of no registered family.
    func score(_ task: StudyTask, _ split: Split) throws {
        let scoring = try StudyScorings.scoring(of: OpenedModel(at: folder.run(task.hash)))
        let set = try scoring.open(grid.study.data.choice, split)
        let bar =
            options.showsProgress
            ? ProgressBar("scoring on \(split.folder)", total: 0, unit: "frames") : nil
        defer { bar?.finish() }
        let interruption = options.interruption
        let scores = try scoring.scores(on: set, every: grid.study.every ?? Study.usualEvery) {
            bar?.update($0)
            try interruption.check()
        }
        try write(
            StoredScores(
                scores: scores, parameters: scoring.parameterCount,
                millisecondsPerFrame: try Self.milliseconds(scoring, set)),
            task, split)
    }

    func write(_ scores: StoredScores, _ task: StudyTask, _ split: Split) throws {
        try AtomicFile.write(StrictJSON.encode(scores), to: scoresPath(task.hash, split))
    }

    private static let timedFrames = 16
    private static let timedPasses = 3

    /// Returns the time of a frame in a batch of 16, the shortest of three passes; nil for a model
    /// that sees the future, whose input is clips.
    private static func milliseconds(
        _ scoring: any StudyScoring, _ set: DataSet
    ) throws -> Double? {
        guard !scoring.seesFuture else { return nil }
        let clip = try set.clip(at: 0)
        let count = min(timedFrames, clip.frameCount)
        let frames = clip.frames[0..<count]
        let times = (0..<timedPasses).map { _ in
            let start = ContinuousClock.now
            scoring.apply(to: frames)
            return (.now - start) / .milliseconds(1)
        }
        return (times.min() ?? 0) / Double(count)
    }
}
