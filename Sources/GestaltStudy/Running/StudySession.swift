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
    let latents: LatentFolder

    init(_ grid: StudyGrid, _ folder: StudyFolder, _ options: StudyOptions) {
        (self.grid, self.folder, self.options) = (grid, folder, options)
        latents = LatentFolder(folder.latents, byteLimit: options.latentBytes)
        let runs = grid.runs.filter { options.rows?.contains($0.name) ?? true }
        let models = options.rows == nil ? grid.models : []
        wanted = grid.closure(of: (runs + models).map(\.hash))
    }

    /// The seconds between two looks at what other processes have finished.
    private static let pause = 1.0

    /// Makes the tasks one after the other: those whose sources are made, and that no other process
    /// makes.
    func make(_ costs: StudyCosts) throws {
        let clock = StudyClock(grid: grid, folder: folder, costs: costs)
        var pending = try wanted.filter { try !isSettled($0) }
        var tried: Set<String> = []
        let total = wanted.count
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
                options.notice(try clock.line(for: task, wanted, total: total))
                try make(task)
                tried.insert(task.hash)
            }
            pending = try pending.filter { try !isSettled($0) && !tried.contains($0.hash) }
            pending = try pending.filter { try !isBlocked($0) }
            if !hasMade, !pending.isEmpty { Thread.sleep(forTimeInterval: Self.pause) }
        }
    }

    /// Whether nothing is left to do for a task: it is made, or failed for good.
    private func isSettled(_ task: StudyTask) throws -> Bool {
        guard let record = try folder.record(of: task.hash) else { return false }
        switch record.state {
        case .failed: return !options.retries
        case .done: return try missingSplits(of: task).isEmpty
        case .running, .stopped: return false
        }
    }

    private func isReady(_ task: StudyTask) throws -> Bool {
        try task.needs.allSatisfy { try folder.record(of: $0)?.state == .done }
    }

    /// Whether a task waits for one that failed, or that is blocked itself.
    private func isBlocked(_ task: StudyTask) throws -> Bool {
        try task.needs.contains { hash in
            guard let source = grid.task(hash) else { return true }
            return try (folder.record(of: hash)?.state == .failed) || isBlocked(source)
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

    /// The splits of a row's run that are not scored yet; none of a model.
    func missingSplits(of task: StudyTask) throws -> [Split] {
        guard grid.runs.contains(where: { $0.hash == task.hash }) else { return [] }
        return grid.study.splits.filter { !StudyFolder.exists(scoresPath(task.hash, $0)) }
    }

    func scoresPath(_ hash: String, _ split: Split) -> String {
        folder.scores(
            hash, split, every: grid.study.every ?? Study.usualEvery,
            clips: grid.facts.clips[split.folder] ?? "")
    }
}
