import Foundation
import GestaltData
import GestaltFiles
import GestaltNN
import GestaltVQVAE

/// The part all recipes share: opening the run's folder, running the trainer, leaving the model.
struct RecipeRun<R: Recipe> {
    let recipe: R
    let options: RunOptions
    let folder: RunFolder?
    /// What started the run, in its first session.
    private var command: String?

    /// - Throws: what `validate()` throws; ``TrainingError`` when the folder cannot be used, or holds
    ///   the run of another recipe.
    init(_ recipe: R, _ options: RunOptions) throws {
        try recipe.validate()
        self.recipe = recipe
        self.options = options
        folder = try options.folder.map { path throws(TrainingError) in
            try RunFolder(path, resuming: options.resumes)
        }
        command = options.command
        if let folder { try claim(folder) }
    }

    /// Leaves the recipe in a new folder, or compares it with the one that is resumed.
    private mutating func claim(_ folder: RunFolder) throws {
        guard options.resumes else { return try recipe.write(to: folder, command: command) }
        let stored = try StoredRecipe<R>(run: folder.path)
        command = stored.command
        guard stored.recipe == recipe else {
            throw TrainingError.noRun(
                path: folder.recipe, expected: "the recipe to be resumed", found: "another one")
        }
    }

    /// Trains from the start or from the last checkpoint, and writes the result.
    func train<Task: TrainingTask>(
        _ model: Task.Model, _ task: Task, optimiser: any Optimiser, plan: TrainingPlan,
        title: String, about: (Task.Model) -> String
    ) throws -> Trained<Task.Model> where Task.Model: StoredModel {
        let trainer = Trainer(
            model: model, task: task, optimiser: optimiser, plan: plan, run: folder,
            interruption: options.interruption, showsProgress: options.showsProgress)
        if options.resumes, let warning = try trainer.resume() { options.notice(warning) }
        try trainer.train(title)
        let trained = Trained(
            model: trainer.result, steps: trainer.step, evaluation: trainer.evaluation)
        if let folder {
            try trained.model.write(to: folder.path, card: card(trained, about(trained.model)))
        }
        return trained
    }

    /// Stops before training has begun, if asked to.
    func checkInterruption() throws(TrainingError) {
        guard options.interruption.isRequested else { return }
        throw .interrupted(step: 0, checkpoint: folder?.existingLastCheckpoint)
    }

    private func card<Model: Module>(_ trained: Trained<Model>, _ about: String) throws -> String {
        var text = "# \(R.kind)\n\n\(about)\n\n"
        text += "\(trained.model.parameterCount) parameters, \(trained.steps) steps.\n"
        if let evaluation = trained.evaluation, let name = recipe.data.evaluationName {
            text += "\nOn \(name):\n\n| measure | value |\n| --- | --- |\n"
            for reading in evaluation.readings {
                text += "| \(reading.name) | \(String(format: "%.4f", reading.value)) |\n"
            }
        }
        if let command { text += "\nMade by\n\n```\n\(command)\n```\n" }
        let recipe = String(decoding: try recipe.json(), as: UTF8.self)
        return text + "\nThe recipe:\n\n```json\n\(recipe)```\n"
    }
}
