import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

/// The measured time of a training's parts.
struct StudyCost: Codable, Sendable, Equatable {
    var secondsPerStep: Double
    /// The seconds to score a frame; 0 for a model that is not scored.
    var secondsPerFrame: Double
    /// The seconds before the first step and after the last, with a few clips.
    var fixedSeconds: Double
}

/// Expected times of a study's tasks, from trials and from the runs that are done.
struct StudyCosts: Sendable {
    /// By the name of a row or model.
    var measured: [String: StudyCost] = [:]

    /// Returns the expected seconds of a task; nil where they are not known, as for methods.
    /// - Parameters:
    ///   - frames: the number of frames that are scored.
    ///   - isTrained: whether scores alone are left.
    ///   - done: the mean seconds of the runs of each name that are done.
    func seconds(
        of task: StudyTask, frames: Int, isTrained: Bool, done: [String: Double]
    ) -> Double? {
        if isTrained { return measured[task.name].map { $0.secondsPerFrame * Double(frames) } }
        if let known = done["\(task.name) \(task.labels ?? 0)"] { return known }
        guard let cost = measured[task.name] else { return nil }
        return cost.fixedSeconds + cost.secondsPerStep * Double(task.steps)
            + cost.secondsPerFrame * Double(frames)
    }

    /// Returns the mean seconds of the runs that are done, by name and labels.
    static func done(_ grid: StudyGrid, _ folder: StudyFolder) throws -> [String: Double] {
        var times: [String: [Double]] = [:]
        for task in grid.tasks {
            guard let record = try folder.record(of: task.hash), record.isTrained else { continue }
            times["\(task.name) \(task.labels ?? 0)", default: []].append(record.seconds)
        }
        return times.mapValues { $0.reduce(0, +) / Double($0.count) }
    }
}

extension StudyGrid {
    /// The number of frames that a run is scored on.
    var scoredFrames: Int {
        let splits = facts.data.splits.filter { $0.split != .train }
        let every = study.every ?? Study.usualEvery
        return splits.reduce(0) { $0 + $1.labeledFrames / every }
    }
}

extension StudySession {
    /// Returns the expected seconds of what is left of a task; nil where they are not known.
    /// - Parameter done: as ``StudyCosts/done(_:_:)`` returns them.
    func seconds(
        of task: StudyTask, _ costs: StudyCosts, done: [String: Double]
    ) throws -> Double? {
        let isTrained = try folder.record(of: task.hash)?.isTrained ?? false
        return costs.seconds(
            of: task, frames: grid.scoredFrames, isTrained: isTrained, done: done)
    }
}

/// The time that is left, from trials and from the runs that are done.
struct StudyClock: Sendable {
    let session: StudySession
    let costs: StudyCosts

    /// The line before a task: its number, its time and that of all that is left.
    func line(for task: StudyTask) throws -> String {
        let done = try StudyCosts.done(session.grid, session.folder)
        let total = session.wanted.count
        let open = try session.wanted.filter {
            try $0.hash == task.hash || session.progress(of: $0) == .open
        }
        let left = try open.compactMap { try session.seconds(of: $0, costs, done: done) }
            .reduce(0, +)
        var line = "run \(total - open.count + 1) of \(total): \(task.title)"
        if let own = try session.seconds(of: task, costs, done: done) {
            line += ", about \(ProgressBar.time(own))"
        }
        return line + (left > 0 ? "; \(ProgressBar.time(left)) left for all" : "")
    }
}
