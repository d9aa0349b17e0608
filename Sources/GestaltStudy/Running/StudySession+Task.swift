import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTensor
import GestaltTraining

extension StudySession {
    /// The number of crashes after which a run counts as failed.
    private static let mostCrashes = 3

    /// Makes a task that this process has claimed, and records its end.
    /// - Throws: `Interrupted`, and errors of writing the record.
    func make(_ task: StudyTask) throws {
        var record =
            try folder.record(of: task.hash)
            ?? StudyRecord(hash: task.hash, title: task.title, state: .stopped)
        if record.state == .failed || record.scoringError != nil { record.crashes = 0 }
        // Its process ended without writing another state.
        if record.state == .running { record.crashes += 1 }
        guard record.crashes < Self.mostCrashes else {
            record.fail("ended \(record.crashes) times without an error: by a crash or a kill")
            return try folder.write(record)
        }
        record.state = .running
        (record.error, record.scoringError, record.machine) = (nil, nil, Self.machine)
        try folder.write(record)
        do {
            try perform(task, &record)
            record.state = .done
        } catch {
            guard !Self.isInterruption(error) else {
                record.state = .stopped
                try folder.write(record)
                throw Interrupted()
            }
            record.fail("\(error)")
            options.notice("\(task.title) failed: \(error)")
        }
        try folder.write(record)
    }

    private static func isInterruption(_ error: any Error) -> Bool {
        if case TrainingError.interrupted = error { return true }
        return error is Interrupted
    }

    private func perform(_ task: StudyTask, _ record: inout StudyRecord) throws {
        switch task.work {
        case .training:
            if !record.isTrained { try train(task, &record) }
            record.scoringError = try scoringError(of: task)
        case .method(let method):
            let start = ContinuousClock.now
            let resolved = Study.Training(method.kind, try method.resolved { try model(task, $0) })
            let scores = try StudyMethods.method(resolved).scores(methodTask(task))
            for part in scores { try write(StoredScores(scores: part), task, part.split) }
            record.seconds += (.now - start) / .seconds(1)
        }
    }

    /// Scores a model on the splits that are left, and returns the reasons where that fails, which
    /// leaves the training and all that start from it as they are.
    private func scoringError(of task: StudyTask) throws -> String? {
        var errors: [String] = []
        for split in try missingSplits(of: task) {
            do {
                try score(task, split)
            } catch {
                guard !Self.isInterruption(error) else { throw error }
                errors.append("\(split.folder): \(error)")
            }
        }
        guard !errors.isEmpty else { return nil }
        let reason = errors.joined(separator: "; ")
        options.notice("\(task.title) is trained, but could not be scored: \(reason)")
        return reason
    }

    private func train(_ task: StudyTask, _ record: inout StudyRecord) throws {
        let start = ContinuousClock.now
        defer { record.seconds += (.now - start) / .seconds(1) }
        let recipe = try recipe(of: task)
        var run = RunOptions(
            folder: folder.run(task.hash), showsProgress: options.showsProgress,
            interruption: options.interruption)
        run.latents = latents
        run.changes.data = recipe.data.location
        try follow(&record)
        try Self.train(recipe, run)
        record.steps = recipe.steps * recipe.rounds
        // First, so that a finished training never counts as unfinished.
        try folder.write(record)
        try folder.removeCheckpoints(task.hash)
    }

    /// Starts a training, or resumes it where it has begun.
    static func train<R: Recipe>(_ recipe: R, _ options: RunOptions) throws {
        if let folder = options.folder, StudyFolder.exists(recipePath(folder)) {
            _ = try R.resume(folder, options)
        } else {
            var options = options
            options.changes = RunChanges()
            _ = try recipe.train(options)
        }
    }

    private static func recipePath(_ run: String) -> String { run + "/recipe.json" }

    /// Corrects the paths of models in a run that began when the study's folder was in another
    /// place.
    private func follow(_ record: inout StudyRecord) throws {
        let path = Self.recipePath(folder.run(record.hash))
        defer { record.place = folder.path }
        guard let place = record.place, place != folder.path, StudyFolder.exists(path) else {
            return
        }
        let recipe = try StrictJSON.tree(reading: FileReader.bytes(path: path, limit: 1 << 20))
        let moved = recipe.replacingTexts { text in
            text.hasPrefix(place + "/") ? folder.path + text.dropFirst(place.count) : text
        }
        try AtomicFile.write(StrictJSON.encode(moved), to: path)
    }

    /// Returns the recipe of a training, with the paths of the models it starts from.
    func recipe(of task: StudyTask) throws -> any Recipe {
        guard case .training(let training, let common) = task.work else {
            throw StudyError.noTraining(name: task.name)
        }
        return try StudyTask.recipe(
            training, common, grid.study, labels: task.labels, seed: task.seed
        ) { try model(task, $0) }
    }

    /// Returns the path of a model that a task refers to.
    private func model(_ task: StudyTask, _ name: String) throws -> String {
        switch task.sources[name] {
        case .task(let hash): folder.run(hash)
        case .path(let path, _):
            PretrainedModels.isName(path) ? path : URL(filePath: path).standardizedFileURL.path
        case nil: throw StudyError.noTraining(name: name)
        }
    }

    private func methodTask(_ task: StudyTask) throws -> StudyMethodTask {
        let interruption = options.interruption
        return StudyMethodTask(
            data: try grid.study.data.choice, splits: try missingSplits(of: task),
            every: grid.study.every ?? Study.usualEvery, labels: task.labels, seed: task.seed,
            latents: latents
        ) { _ in try interruption.check() }
    }

    /// Processor, threads and instruction set, in a phrase.
    static var machine: String {
        let processor = Runtime.description.split(separator: "\n").first ?? ""
        let name = processor.drop { $0 != " " }.dropFirst().prefix { $0 != "," }
        let threads = Runtime.threads == 1 ? "1 thread" : "\(Runtime.threads) threads"
        return "\(name), \(threads), \(Runtime.instructionSet)"
    }
}

extension StudyRecord {
    /// Records the end of a training, or of the scoring of its model.
    fileprivate mutating func fail(_ reason: String) {
        if isTrained {
            (state, error, scoringError) = (.done, nil, reason)
        } else {
            (state, error) = (.failed, reason)
        }
    }
}
