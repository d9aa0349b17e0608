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
    ///   - done: the mean seconds of the runs of each name that are done.
    func seconds(of task: StudyTask, frames: Int, done: [String: Double]) -> Double? {
        if let known = done["\(task.name) \(task.labels ?? 0)"] { return known }
        guard let cost = measured[task.name] else { return nil }
        return cost.fixedSeconds + cost.secondsPerStep * Double(task.steps)
            + cost.secondsPerFrame * Double(frames)
    }

    /// Returns the mean seconds of the runs that are done, by name and labels.
    static func done(_ grid: StudyGrid, _ folder: StudyFolder) throws -> [String: Double] {
        var times: [String: [Double]] = [:]
        for task in grid.tasks {
            guard let record = try folder.record(of: task.hash), record.state == .done else {
                continue
            }
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

/// The time that is left, from trials and from the runs that are done.
struct StudyClock: Sendable {
    let grid: StudyGrid
    let folder: StudyFolder
    let costs: StudyCosts

    /// The line before a task: its number, its time and that of all that is left.
    func line(for task: StudyTask, _ wanted: [StudyTask], total: Int) throws -> String {
        let done = try StudyCosts.done(grid, folder)
        func seconds(_ task: StudyTask) -> Double? {
            costs.seconds(of: task, frames: grid.scoredFrames, done: done)
        }
        let open = try wanted.filter {
            let state = try folder.record(of: $0.hash)?.state
            return $0.hash == task.hash || (state != .done && state != .failed)
        }
        let left = open.compactMap(seconds).reduce(0, +)
        var line = "run \(total - open.count + 1) of \(total): \(task.title)"
        if let own = seconds(task) { line += ", about \(ProgressBar.time(own))" }
        return line + (left > 0 ? "; \(ProgressBar.time(left)) left for all" : "")
    }
}
