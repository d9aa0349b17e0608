import GestaltData

/// Results of runs that were made elsewhere: on another machine, on another day.
///
/// ```swift
/// var options = StudyOptions()
/// options.known = [try KnownResults(reading: "other/results.json")]
/// let study = try Study(contentsOf: "few.json")
/// let results = try StudyRun(study, folder: "out/study", options: options).run()
/// ```
/// Runs are addressed by what determines them, so those that a study shares with known results are
/// not made again; its results include them with the scores, times and machines that were recorded.
public struct KnownResults: Sendable, Equatable {
    /// The file, for messages.
    public let name: String
    public let results: StudyResults

    public init(_ results: StudyResults, named name: String) {
        (self.results, self.name) = (results, name)
    }

    /// - Throws: as ``StudyResults/init(reading:)``.
    public init(reading path: String) throws {
        self.init(try StudyResults(reading: path), named: path)
    }
}

/// The finished runs of a study that known results hold.
struct KnownRuns: Sendable {
    /// By hash; with the scores of the study's splits alone.
    private(set) var runs: [String: StudyResults.Run] = [:]
    /// The models that were trained for them, by hash.
    private(set) var models: [String: StudyResults.Model] = [:]

    /// - Parameter kept: results that are left out where they do not fit.
    /// - Throws: ``StudyError`` for given results of other clips or other scored frames.
    init(_ given: [KnownResults], kept: [KnownResults], in grid: StudyGrid) throws {
        for known in given {
            try known.require(grid)
            add(known.results, grid)
        }
        for known in kept where (try? known.require(grid)) != nil { add(known.results, grid) }
    }

    private mutating func add(_ results: StudyResults, _ grid: StudyGrid) {
        for run in results.finishedRuns(of: grid) where runs[run.hash] == nil {
            runs[run.hash] = run
        }
        for model in results.models where model.state == .done {
            guard let hash = model.stage?.hash, models[hash] == nil else { continue }
            models[hash] = model
        }
    }
}

extension KnownResults {
    /// - Throws: ``StudyError`` for results that cannot stand beside those of a study.
    func require(_ grid: StudyGrid) throws(StudyError) {
        let study = grid.study
        let every = study.every ?? Study.usualEvery
        try require(
            "scores of every N-th labeled frame, N =", "\(every)", "\(results.settings.every)")
        for split in [.train] + study.splits {
            // Runs without scores of a split are not used.
            guard split == .train || results.settings.splits.contains(split) else { continue }
            try require(
                "results on the clips of \(split.folder) with fingerprint",
                grid.facts.summary.fingerprint(of: split) ?? "none",
                results.data.fingerprint(of: split) ?? "none")
        }
    }

    private func require(
        _ what: String, _ expected: String, _ found: String
    ) throws(StudyError) {
        guard expected != found else { return }
        throw .file(path: name, expected: "\(what) \(expected)", found: found)
    }

    /// The number of runs that a study does not have to make.
    func count(in grid: StudyGrid) -> Int {
        let own = Set(grid.runs.map(\.hash))
        return results.finishedRuns(of: grid).count { own.contains($0.hash) }
    }
}

extension StudyResults {
    /// Returns the runs that are done and scored on all splits of a study.
    fileprivate func finishedRuns(of grid: StudyGrid) -> [Run] {
        let splits = grid.study.splits
        return runs.compactMap { run in
            let scores = splits.compactMap { run.scores(on: $0) }
            guard run.state == .done, scores.count == splits.count else { return nil }
            var run = run
            run.scores = scores
            return run
        }
    }
}
