import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTraining

/// The work of one process on a study's runs.
struct StudySession: Sendable {
    let grid: StudyGrid
    let folder: StudyFolder
    let options: StudyOptions
    /// The tasks of the requested rows, with all that they wait for.
    let wanted: [StudyTask]
    /// Their runs that were made elsewhere.
    let known: KnownRuns
    /// The hashes of the wanted tasks that need not be made: known runs, and what only they start
    /// from.
    private let spared: Set<String>
    let latents: LatentFolder

    /// - Throws: ``StudyError`` for known results of other clips or other scored frames.
    init(_ grid: StudyGrid, _ folder: StudyFolder, _ options: StudyOptions) throws {
        (self.grid, self.folder, self.options) = (grid, folder, options)
        let known = try KnownRuns(options.known, kept: folder.keptResults(), in: grid)
        self.known = known
        latents = LatentFolder(folder.latents, byteLimit: options.latentBytes)
        let runs = grid.runs.filter { options.rows?.contains($0.name) ?? true }.map(\.hash)
        let models = (options.rows == nil ? grid.models : []).map(\.hash)
        wanted = grid.closure(of: runs + models)
        let started = Set(grid.closure(of: runs).map(\.hash))
        let needed = grid.closure(
            of: runs.filter { known.runs[$0] == nil } + models.filter { !started.contains($0) })
        spared = Set(wanted.map(\.hash)).subtracting(needed.map(\.hash))
    }

    /// The wanted tasks whose work is not spared by known results.
    var needed: [StudyTask] { wanted.filter { !spared.contains($0.hash) } }

    /// The seconds between two looks at what other processes have finished.
    private static let pause = 1.0

    /// Makes the tasks one after the other: those whose sources are made, and that no other process
    /// makes.
    func make(_ costs: StudyCosts) throws {
        let clock = StudyClock(session: self, costs: costs)
        var pending = try wanted.filter { try !isSettled($0) }
        var tried: Set<String> = []
        while !pending.isEmpty {
            var hasMade = false
            for task in pending {
                try options.interruption.check()
                guard try isReady(task), !tried.contains(task.hash) else { continue }
                guard let claim = try claimed(task) else { continue }
                defer { withExtendedLifetime(claim) {} }
                hasMade = true
                // Another process may have made it since.
                guard try !isSettled(task) else { continue }
                options.notice(try clock.line(for: task))
                try make(task)
                tried.insert(task.hash)
            }
            pending = try pending.filter { try !isSettled($0) && !tried.contains($0.hash) }
            pending = try pending.filter { try !isBlocked($0) }
            if !hasMade, !pending.isEmpty { Thread.sleep(forTimeInterval: Self.pause) }
        }
    }

    /// The state of a task.
    enum Progress {
        /// Made and scored, or known from elsewhere.
        case done
        /// Its training or its scoring ended by an error.
        case failed
        case open
    }

    func progress(of task: StudyTask) throws -> Progress {
        guard !spared.contains(task.hash) else { return .done }
        guard let record = try folder.record(of: task.hash) else { return .open }
        if record.state == .failed { return .failed }
        guard record.state == .done else { return .open }
        if try missingSplits(of: task).isEmpty { return .done }
        return record.scoringError == nil ? .open : .failed
    }

    /// Whether nothing is left to do for a task: it is made, or failed for good.
    private func isSettled(_ task: StudyTask) throws -> Bool {
        switch try progress(of: task) {
        case .done: true
        case .failed: !options.retries
        case .open: false
        }
    }

    private func isReady(_ task: StudyTask) throws -> Bool {
        try task.needs.allSatisfy { try folder.record(of: $0)?.isTrained == true }
    }

    /// Whether a task waits for one that failed, or that is blocked itself.
    private func isBlocked(_ task: StudyTask) throws -> Bool {
        try task.needs.contains { hash in
            guard let source = grid.task(hash) else { return true }
            let record = try folder.record(of: hash)
            guard record?.isTrained != true else { return false }
            return try record?.hasFailedToTrain == true || isBlocked(source)
        }
    }

    /// Returns nil where another process makes the task.
    private func claimed(_ task: StudyTask) throws -> RunLock? {
        do {
            return try RunLock(file: folder.claim(task.hash), of: task.title)
        } catch TrainingError.running {
            return nil
        }
    }

    /// The splits of a row's run that are not scored yet; none of a model, and of a run whose
    /// scores are known.
    func missingSplits(of task: StudyTask) throws -> [Split] {
        guard known.runs[task.hash] == nil, grid.runs.contains(where: { $0.hash == task.hash })
        else { return [] }
        return grid.study.splits.filter { !StudyFolder.exists(scoresPath(task.hash, $0)) }
    }

    func scoresPath(_ hash: String, _ split: Split) -> String {
        folder.scores(
            hash, split, every: grid.study.every ?? Study.usualEvery,
            clips: grid.facts.clips[split.folder] ?? "")
    }
}
