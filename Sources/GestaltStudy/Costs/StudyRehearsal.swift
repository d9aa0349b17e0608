import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTraining

/// A trial of each training of a study: a few steps on a few clips, each from the trials of those
/// before it. It finds settings that do not fit, and measures the time of steps.
struct StudyRehearsal {
    private let grid: StudyGrid
    private let folder: StudyFolder
    private let options: StudyOptions
    /// The study on few clips.
    private let small: Study
    /// The most labels of a trial: half of the labeled frames, since students need others.
    private let mostLabels: Int
    private let place: String

    static let steps = 3
    /// Numbers of clips that are tried, until some of them are labeled.
    private static let clips = [2, 8, 32]

    init(_ grid: StudyGrid, _ folder: StudyFolder, _ options: StudyOptions) throws {
        (self.grid, self.folder, self.options) = (grid, folder, options)
        small = Self.small(grid.study) ?? grid.study
        let train = try small.data.choice.open(.train, masks: .required)
        mostLabels = max(1, train.labeledFrameCount / 2)
        place =
            FileManager.default.temporaryDirectory
            .appending(component: "gestalt-study-\(UUID().uuidString)").path
    }

    /// Returns the study on as few clips as have labels, for training and for scores; nil where
    /// that takes all.
    private static func small(_ study: Study) -> Study? {
        for count in clips {
            if case .integer(let limit) = study.data.settings["limit"], limit <= count {
                return nil
            }
            var small = study
            small.data.settings["limit"] = .integer(Int64(count))
            let isLabeled = [Split.train, .validation].allSatisfy { split in
                (try? small.data.choice.open(split, masks: .required)) != nil
            }
            if isLabeled { return small }
        }
        return nil
    }

    /// Tries trainings in order, one of each name.
    /// - Throws: ``StudyError/trial(name:reason:)``; `Interrupted`.
    func costs(of tasks: [StudyTask]) throws -> [String: StudyCost] {
        var result: [String: StudyCost] = [:]
        var diverged: Set<String> = []
        defer { try? FileManager.default.removeItem(atPath: place) }
        let total = Set(tasks.filter(\.isTraining).map(\.name)).count
        for task in tasks where task.isTraining && result[task.name] == nil {
            let sources = task.needs.compactMap { grid.task($0)?.name }
            guard !diverged.contains(task.name), diverged.isDisjoint(with: sources) else {
                continue
            }
            try options.interruption.check()
            let number = result.count + diverged.count + 1
            options.notice("trial \(number) of \(total): \(task.name)")
            do {
                result[task.name] = try cost(of: task)
            } catch TrainingError.notFinite(let step, let what, _) {
                // Neither a mistake in the study nor one that other rows suffer from.
                options.notice("trial of \(task.name): \(what) is not finite at step \(step)")
                diverged.insert(task.name)
            } catch {
                try options.interruption.check()
                throw StudyError.trial(name: task.name, reason: "\(error)")
            }
        }
        return result
    }

    private func path(_ name: String) -> String { place + "/" + name }

    private func cost(of task: StudyTask) throws -> StudyCost {
        let recipe = try recipe(of: task)
        let start = ContinuousClock.now
        var run = RunOptions(
            folder: path(task.name), showsProgress: false, interruption: options.interruption)
        run.checkpointPeriod = nil
        // Refuses what does not fit into memory, as the real run would.
        try StudySession.train(recipe, run)
        let all = (.now - start) / .seconds(1)
        let step = try secondsPerStep(path(task.name)) ?? all / Double(Self.steps)
        let isRow = grid.study.models[task.name] == nil
        return StudyCost(
            secondsPerStep: step, secondsPerFrame: isRow ? try secondsPerFrame(task) : 0,
            fixedSeconds: max(0, all - step * Double(Self.steps * recipe.rounds)))
    }

    private func recipe(of task: StudyTask) throws -> any Recipe {
        guard case .training(var training, let common) = task.work else {
            throw StudyError.noTraining(name: task.name)
        }
        training.settings["optimization.steps"] = .integer(Int64(Self.steps))
        let warmUp = "optimization.warmUpSteps"
        if let value = training.settings[warmUp] ?? common[warmUp], value != nil {
            training.settings[warmUp] = 0
        }
        return try StudyTask.recipe(
            training, common, small, labels: task.labels.map { min($0, mostLabels) },
            seed: task.seed
        ) { name in
            switch task.sources[name] {
            case .path(let path, _): path
            case .task(let hash):
                try folder.record(of: hash)?.isTrained == true ? folder.run(hash) : path(name)
            case nil: throw StudyError.noTraining(name: name)
            }
        }
    }

    /// Returns the time between the steps of a run's log; nil without a log.
    private func secondsPerStep(_ run: String) throws -> Double? {
        struct Line: Decodable {
            let kind: String
            let seconds: Double
        }
        guard let text = FileManager.default.contents(atPath: run + "/log.jsonl") else {
            return nil
        }
        let times = try text.split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Line.self, from: Data($0)) }
            .filter { $0.kind == "train" }.map(\.seconds)
        guard times.count > 1, let first = times.first, let last = times.last else { return nil }
        return (last - first) / Double(times.count - 1)
    }

    private func secondsPerFrame(_ task: StudyTask) throws -> Double {
        let scoring = try StudyScorings.scoring(of: OpenedModel(at: path(task.name)))
        let set = try scoring.open(small.data.choice, .validation)
        let every = grid.study.every ?? Study.usualEvery
        let start = ContinuousClock.now
        let scores = try scoring.scores(on: set, every: every, nil)
        let frames = scores.masks?.imageCount ?? set.labeledFrameCount / every
        return (.now - start) / .seconds(1) / Double(max(1, frames))
    }
}

extension StudySession {
    /// Returns the expected times of the wanted tasks, from trials of those that have none yet.
    /// - Parameter isKept: whether they are stored in the folder.
    func costs(isKept: Bool) throws -> StudyCosts {
        // By the hash of the task that was tried, the first of its name.
        var stored = try folder.stored([String: StudyCost].self, at: folder.costs) ?? [:]
        var representatives: [String: StudyTask] = [:]
        for task in needed where task.isTraining && representatives[task.name] == nil {
            representatives[task.name] = task
        }
        let open = try representatives.values.filter { task in
            try stored[task.hash] == nil && folder.record(of: task.hash)?.isTrained != true
        }
        if !open.isEmpty, options.rehearses {
            let tried = grid.closure(of: open.map(\.hash)).filter { task in
                (try? folder.record(of: task.hash)?.isTrained) != true
            }
            let costs = try StudyRehearsal(grid, folder, options).costs(of: tried)
            for (name, cost) in costs {
                if let task = representatives[name] { stored[task.hash] = cost }
            }
            if isKept { try AtomicFile.write(StrictJSON.encode(stored), to: folder.costs) }
        }
        return StudyCosts(measured: representatives.compactMapValues { stored[$0.hash] })
    }
}
