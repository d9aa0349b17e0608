import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// The steps that all recipes share: opening the run's folder, running the trainer, writing the
/// model.
///
/// The folder is created by ``begin(_:plan:batch:data:trial:)``, once data and model have been
/// opened and fit together: a run that cannot start leaves no trace.
struct RecipeRun<R: Recipe> {
    let recipe: R
    let options: RunOptions
    let folder: RunFolder?
    /// The stored recipe of a resumed run.
    let stored: StoredRecipe<R>?
    private let hold: Hold

    /// The lock, held for the duration of the run.
    private final class Hold {
        var lock: RunLock?
    }

    /// - Throws: errors of `validate()`; ``TrainingError`` when the folder cannot be used, is in
    ///   use, or holds the run of another recipe.
    init(_ recipe: R, _ options: RunOptions) throws {
        try recipe.validate()
        self.recipe = recipe
        self.options = options
        folder = options.folder.map { RunFolder(existing: $0) }
        hold = Hold()
        guard let folder else {
            stored = nil
            return
        }
        guard options.resumes else {
            stored = nil
            try folder.requireFree()
            return
        }
        let kept = try StoredRecipe<R>(run: folder.path)
        guard kept.recipe.changed(by: options.changes) == recipe else {
            throw TrainingError.noRun(
                path: folder.recipe, expected: "the recipe to be resumed", found: "another one")
        }
        if let path = folder.existingLastCheckpoint {
            let done = try Checkpoint.step(of: SafeTensorsFile(contentsOf: path))
            guard done <= recipe.steps else {
                throw TrainingError.stepsDone(path: folder.path, done: done, asked: recipe.steps)
            }
        }
        stored = kept
        hold.lock = try RunLock(folder)
    }

    /// Checks that the run fits into memory, then creates the folder and writes the recipe.
    ///
    /// - Parameters:
    ///   - data: the clips, training clips first.
    ///   - teachers: fixed models that make targets.
    ///   - start: a model of another run that every round begins with.
    ///   - trial: a step of few items, to measure its memory.
    /// - Throws: as ``requireMemory(_:plan:batch:trial:)`` and ``begin(data:teachers:)``.
    func begin<Model: Module>(
        _ model: Model, plan: TrainingPlan, batch: Int, data sets: [DataSet],
        teachers: [any Module] = [], start: (any Module)? = nil, trial: TrialStep<Model>
    ) throws {
        try requireMemory(model, plan: plan, batch: batch, trial: trial)
        try begin(data: sets, teachers: teachers, start: start)
    }

    /// Creates the folder and writes the recipe.
    ///
    /// - Throws: ``TrainingError/otherData(path:expected:found:)`` when a run is resumed on other
    ///   clips, ``TrainingError/checkpoint(path:expected:found:)`` with other teachers or other
    ///   initial weights;
    ///   ``TrainingError/interrupted(step:checkpoint:)``; errors in writing.
    func begin(
        data sets: [DataSet], teachers: [any Module] = [], start: (any Module)? = nil
    ) throws {
        if let folder {
            try claim(folder, try DataFingerprint(sets, models: teachers, start: start))
        }
        try checkInterruption()
    }

    /// Checks that the run fits into memory.
    /// - Throws: ``TrainingError/memory(needed:available:bound:batch:fitting:)``.
    func requireMemory<Model: Module>(
        _ model: Model, plan: TrainingPlan, batch: Int, trial: TrialStep<Model>
    ) throws {
        let estimate = try MemoryEstimate(trial, of: model, plan: plan, batch: batch)
        let resident = SystemMemory.residentBytes ?? 0
        guard let headroom = SystemMemory.headroom else { return }
        let available = resident + headroom.bytes
        options.notice(
            "\(model.parameterCount) parameters; memory: about \(readable(bytes: estimate.bytes)) "
                + "of \(readable(bytes: available))" + time(estimate))
        guard estimate.bytes > available, options.refusesBeyondMemory else { return }
        throw TrainingError.memory(
            needed: estimate.bytes, available: available, bound: headroom.bound,
            batch: estimate.batch, fitting: estimate.largestBatch(within: available))
    }

    /// The expected time of all steps, from the trial step.
    private func time(_ estimate: MemoryEstimate) -> String {
        guard let seconds = estimate.secondsPerStep else { return "" }
        let all = ProgressBar.time(seconds * Double(recipe.steps))
        return "; time: about \(all) for \(recipe.steps) steps"
    }

    /// Writes the recipe to a new folder, or its changes to that of a resumed run.
    private func claim(_ folder: RunFolder, _ data: DataFingerprint) throws {
        if let stored {
            if let known = stored.data { try requireSame(data, as: known, folder) }
            guard stored.recipe != recipe || stored.data == nil else { return }
        } else {
            _ = try RunFolder(folder.path, resuming: false)
            hold.lock = try RunLock(folder)
            try folder.requireNoRun()
        }
        try recipe.write(to: folder, command: command, data: data)
    }

    /// Checks that a resumed run has what it began with.
    private func requireSame(
        _ data: DataFingerprint, as known: DataFingerprint, _ folder: RunFolder
    ) throws(TrainingError) {
        guard known.hasClips(of: data) else {
            throw .otherData(
                path: recipe.data.location, expected: "\(known)", found: "\(data)")
        }
        for (what, isSame) in [
            ("the teachers", known.models == data.models),
            ("the initial weights", known.hasStart(of: data)),
        ] where !isSame {
            throw .checkpoint(
                path: folder.recipe, expected: "\(what) this run began with",
                found: "others, or the same ones trained further")
        }
    }

    /// The command that started the run in its first session.
    private var command: String? { stored == nil ? options.command : stored?.command }

    /// Trains from the start or from the last checkpoint, and writes the result.
    ///
    /// - Parameters:
    ///   - folder: the folder of an earlier round; nil for that of the run.
    ///   - followers: observers in addition to log and progress.
    func train<Task: StateDependentTask>(
        _ model: Task.Model, _ task: Task, optimizer: any Optimizer, plan: TrainingPlan,
        title: String, in folder: RunFolder? = nil, followers: [any TrainingObserver] = [],
        about: (Task.Model) -> String
    ) throws -> Trained<Task.Model> where Task.Model: StoredModel {
        defer { withExtendedLifetime(hold) {} }
        let folder = folder ?? self.folder
        var plan = plan
        plan.checkpointPeriod = options.checkpointPeriod
        let trainer = Trainer(
            model: model, task: task, optimizer: optimizer, plan: plan, run: folder,
            interruption: options.interruption, observers: observers + followers)
        if options.resumes, let warning = try trainer.resume() { options.notice(warning) }
        try trainer.train(title)
        let trained = Trained(
            model: trainer.result, steps: trainer.step, evaluation: trainer.evaluation)
        if let folder {
            try trained.model.write(to: folder.path, card: card(trained, about(trained.model)))
        }
        return trained
    }

    /// Writes a model that was computed without training steps.
    func finish<Model: StoredModel>(
        _ model: Model, evaluation: Evaluation?, about: String
    ) throws -> Trained<Model> {
        defer { withExtendedLifetime(hold) {} }
        let trained = Trained(model: model, steps: 0, evaluation: evaluation)
        if let folder { try model.write(to: folder.path, card: card(trained, about)) }
        return trained
    }

    /// The log and the TensorBoard events of a run with a folder, and the progress line.
    private var observers: [any TrainingObserver] {
        let files: [any TrainingObserver] =
            folder == nil ? [] : [LogObserver(), TensorBoardObserver()]
        return options.showsProgress ? files + [ProgressObserver()] : files
    }

    /// Stops before training has begun, if asked to.
    func checkInterruption() throws(TrainingError) {
        try Self.check(options.interruption, folder)
    }

    /// Shows the progress of work before training, and stops it as ``checkInterruption()`` does.
    /// - Parameter folder: that of the last checkpoint; nil for the run's.
    func progress(on bar: ProgressBar?, in folder: RunFolder? = nil) -> ProgressHandler {
        let (interruption, folder) = (options.interruption, folder ?? self.folder)
        return { progress in
            bar?.update(progress)
            try Self.check(interruption, folder)
        }
    }

    private static func check(
        _ interruption: Interruption, _ folder: RunFolder?
    ) throws(TrainingError) {
        guard interruption.isRequested else { return }
        throw .interrupted(step: 0, checkpoint: folder?.existingLastCheckpoint)
    }

    private func card<Model: Module>(_ trained: Trained<Model>, _ about: String) throws -> String {
        var text = "# \(R.kind)\n\n\(about)\n\n"
        text += "\(trained.model.parameterCount) parameters"
        text += trained.steps > 0 ? ", \(trained.steps) steps.\n" : ".\n"
        if let evaluation = trained.evaluation, let name = recipe.data.evaluationName {
            text += "\nOn \(name):\n\n| measure | value |\n| --- | --- |\n"
            for metric in evaluation.metrics {
                text += "| \(metric.name) | \(String(format: "%.4f", metric.value)) |\n"
            }
        }
        if let command { text += "\nMade by\n\n```\n\(command)\n```\n" }
        let recipe = String(decoding: try recipe.json(), as: UTF8.self)
        return text + "\nThe recipe:\n\n```json\n\(recipe)```\n"
    }
}
