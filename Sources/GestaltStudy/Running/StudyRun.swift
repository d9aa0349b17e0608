import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

/// A study and the folder of its runs. Several processes may run the same study in the same
/// folder; each run is made by one of them.
///
/// ```swift
/// let run = StudyRun(try Study(contentsOf: "Studies/small.json"), folder: "out/study")
/// print(try run.plan().summary)
/// let results = try run.run()
/// ```
public struct StudyRun: Sendable {
    public let study: Study
    public var options: StudyOptions
    let folder: StudyFolder

    public init(
        _ study: Study, folder: String, options: StudyOptions = StudyOptions()
    ) {
        self.study = study
        self.options = options
        self.folder = StudyFolder(folder)
    }

    /// Returns the runs that are left and their expected time.
    ///
    /// No run is made. Measured times are stored in the folder where it exists; it is not created.
    /// - Throws: as ``run()``, except for errors of trainings.
    public func plan() throws -> StudyPlan {
        let session = try prepared()
        let costs = try session.costs(isKept: StudyFolder.exists(folder.path))
        return try StudyPlan(session, costs)
    }

    /// Makes all runs that are not made yet, and writes `results.json`.
    ///
    /// Runs that fail are recorded, and leave the others; runs that another process makes are
    /// waited for.
    /// - Throws: before any training, `ConfigurationError` and ``StudyError`` for a study that
    ///   cannot be run, and errors of opening data and models; `Interrupted`, with everything
    ///   resumable; `FileFailure` where the folder cannot be written.
    public func run() throws -> StudyResults {
        let session = try prepared()
        try folder.make()
        try keepStudy(session.grid)
        for known in options.known where known.count(in: session.grid) > 0 {
            try folder.keep(known.results)
        }
        nameStrays(session.grid)
        let costs = try session.costs(isKept: true)
        do {
            try session.make(costs)
        } catch {
            try session.results().write(to: folder.results)
            throw error
        }
        let results = try session.results()
        try results.write(to: folder.results)
        return results
    }

    private func prepared() throws -> StudySession {
        try study.validate()
        try OutputFolder.check(folder.path)
        for name in options.rows ?? [] where !study.rows.contains(where: { $0.name == name }) {
            throw StudyError.unknownRow(name: name, known: study.rows.map(\.name))
        }
        let bar =
            options.showsProgress ? ProgressBar("examining", total: 0, unit: "clips") : nil
        defer { bar?.finish() }
        let interruption = options.interruption
        let facts = try StudyFacts(of: study) { progress in
            bar?.update(progress)
            try interruption.check()
        }
        let grid = try StudyGrid(study, facts)
        let session = try StudySession(grid, folder, options)
        nameKnown(grid)
        return session
    }

    /// Reports the runs that need not be made.
    private func nameKnown(_ grid: StudyGrid) {
        for known in options.known {
            options.notice(
                "\(known.name): \(known.count(in: grid)) of the study's \(grid.runs.count) runs are "
                    + "known")
        }
        for kept in (try? folder.keptResults()) ?? [] where (try? kept.require(grid)) == nil {
            options.notice(
                "\(kept.name) is not used: its clips or its scored frames are not those of the "
                    + "study")
        }
    }

    /// Writes the study, unless it is there.
    private func keepStudy(_ grid: StudyGrid) throws {
        var stored = StoredStudy(study: study, facts: grid.facts, command: options.command)
        let known = try folder.stored(StoredStudy.self, at: folder.study)
        if stored.command == nil { stored.command = known?.command }
        guard stored != known else { return }
        try AtomicFile.write(StrictJSON.encode(stored), to: folder.study)
    }

    /// Reports the runs in the folder that do not belong to the study as it is now.
    private func nameStrays(_ grid: StudyGrid) {
        let strays = ((try? folder.records()) ?? []).filter { grid.task($0.hash) == nil }
        guard !strays.isEmpty else { return }
        let titles = strays.map(\.title).sorted()
        let more = titles.count > Self.namedStrays ? ", …" : ""
        options.notice(
            "\(folder.path) holds \(titles.count) runs of other studies, or of this one before it "
                + "was changed, which are kept and not used: "
                + titles.prefix(Self.namedStrays).joined(separator: "; ") + more)
    }

    private static let namedStrays = 8
}
