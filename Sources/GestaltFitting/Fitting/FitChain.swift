import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltMotion
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining

/// The trainings of a fit, one after the other, each a run in its own folder: finished ones are
/// kept, one that has begun is resumed.
struct FitChain {
    private(set) var fit: FitDescription
    let folder: FitFolder
    let options: RunOptions
    private let start = ContinuousClock.now

    init(_ fit: FitDescription, _ folder: FitFolder, _ options: RunOptions) {
        (self.fit, self.folder, self.options) = (fit, folder, options)
    }

    /// - Throws: `TrainingError`; errors of reading and writing.
    func run() throws -> FitReport {
        var chain = self
        FittingKinds.register()
        let lock = try RunLock(RunFolder(existing: folder.path))
        defer { withExtendedLifetime(lock) {} }
        do {
            try chain.train()
        } catch let error as MotionError where fit.plan.usesMotion {
            guard case .movingCamera = error else { throw error }
            options.notice("\(error): the fit goes on without motion")
            chain.fit.plan.usesMotion = false
            try chain.fit.write(to: folder)
            try chain.train()
        }
        return try chain.publish()
    }

    private func train() throws {
        let selection = try FrameSelection(contentsOf: folder.labeledFrames)
        let labeled = selection.choice(storedAt: folder.labeledFrames)
        for (number, stage) in fit.plan.stages.enumerated() where !folder.isFinished(stage.name) {
            guard let recipe = try recipe(of: stage, labeled) else { continue }
            if options.interruption.isRequested {
                throw TrainingError.interrupted(step: 0, checkpoint: nil)
            }
            options.notice("\(number + 1) of \(fit.plan.stages.count): \(stage.name)")
            try train(recipe, stage.name)
        }
    }

    private func train<R: Recipe>(_ recipe: R, _ stage: String) throws {
        var options = options
        options.folder = folder.stage(stage)
        options.command = nil
        options.changes = RunChanges()
        options.resumes = false
        if folder.hasBegun(stage) {
            _ = try R.resume(folder.stage(stage), options)
        } else {
            _ = try recipe.train(options)
        }
    }

    /// The recipe of a training; nil for an unknown name.
    private func recipe(of stage: FitPlan.Stage, _ labeled: DataChoice) throws -> (any Recipe)? {
        let recipes: [String: (FitPlan.Stage) throws -> any Recipe] = [
            "encoder": { try encoder($0) },
            "teacher": { teacher($0, labeled) },
            "student": { student($0, labeled) },
            "instances": { instances($0, labeled) },
        ]
        return try recipes[stage.name]?(stage)
    }

    private func encoder(_ stage: FitPlan.Stage) throws -> EncoderRecipe {
        let selection = try FrameSelection(contentsOf: folder.encoderFrames)
        var recipe = EncoderRecipe(
            data: selection.choice(storedAt: folder.encoderFrames), steps: stage.steps,
            seed: fit.seed)
        recipe.width = fit.plan.width
        recipe.terms = fit.plan.usesMotion ? Self.motionTerms : EncoderRecipe.stillTerms
        return recipe
    }

    /// The terms that scored best with few labels.
    private static let motionTerms = EncoderRecipe.usualTerms.merging(
        ["moving-foreground": 1, "displaced-foreground": 1]) { $1 }

    private func teacher(_ stage: FitPlan.Stage, _ data: DataChoice) -> HeadRecipe {
        var recipe = HeadRecipe(
            data: data, model: beginning, encoder: encoderName, classes: fit.plan.classes,
            steps: stage.steps, seed: fit.seed)
        recipe.augmentation = augmentation
        recipe.optimization.evaluationInterval = .max
        return recipe
    }

    private func instances(_ stage: FitPlan.Stage, _ data: DataChoice) -> InstanceRecipe {
        var recipe = InstanceRecipe(
            data: data, model: beginning, encoder: encoderName,
            head: ComponentName(kind: "query", words: fit.plan.queries.map { ["\($0)"] } ?? []),
            classes: fit.plan.classes, steps: stage.steps, seed: fit.seed)
        // Mixed frames would show more objects than there are queries.
        recipe.augmentation = .standard
        recipe.optimization.evaluationInterval = .max
        return recipe
    }

    private var encoderName: ComponentName {
        ComponentName(kind: "dense", words: ["\(fit.plan.width)"])
    }

    /// The model that the first training with labels begins with; nil for random weights.
    private var beginning: String? {
        fit.earlier ?? fit.plan.stage("encoder").map { folder.stage($0.name) }
    }

    private func student(_ stage: FitPlan.Stage, _ data: DataChoice) -> StudentRecipe {
        var recipe = StudentRecipe(
            data: data, teachers: [folder.stage("teacher")], steps: stage.steps, seed: fit.seed)
        recipe.rounds = stage.rounds
        recipe.averagesOverTime = fit.plan.usesMotion
        recipe.propagation = fit.plan.usesMotion ? .color : .none
        recipe.augmentation = augmentation
        recipe.optimization.evaluationInterval = .max
        return recipe
    }

    private var augmentation: Augmentation {
        FitShares(labels: fit.labeledCount - fit.heldOut.labeledCount).augmentation
    }
}

extension FitChain {
    /// Writes the model of the last training with its card, its categories and its scores.
    private func publish() throws -> FitReport {
        let last = fit.plan.stages.last?.name ?? "teacher"
        let names = fit.categories.dropFirst().map(\.name).joined(separator: ", ")
        let kind = fit.plan.queries == nil ? "masks" : "single objects"
        try Publication(
            of: folder.stage(last), name: URL(filePath: folder.path).lastPathComponent,
            about: "\(kind) of \(names.isEmpty ? "foreground" : names)", storage: .float32
        ).write(to: folder.path, scoredOn: [])
        try ModelCategories.write(fit.categories, to: folder.path)
        let report = FitReport(
            fit, scores: try scores(), seconds: (ContinuousClock.now - start) / .seconds(1))
        try AtomicFile.write(StrictJSON.encode(report), to: folder.report)
        try report.append(to: folder.path + "/README.md")
        SourceClips.shared.clear()
        return report
    }

    /// Returns the scores of the model on what is held out; nil where nothing is.
    private func scores() throws -> FitReport.Scores? {
        let selection = try FrameSelection(contentsOf: folder.labeledFrames)
        guard !selection.heldOut.isEmpty else { return nil }
        let choice = selection.choice(storedAt: folder.labeledFrames)
        let opened = try OpenedModel(at: folder.path)
        guard fit.plan.queries == nil else {
            return try FitReport.scores(
                of: opened.instanceModel(), fit.categories,
                on: choice.open(.validation, masks: .required))
        }
        return try FitReport.scores(
            of: opened.segmentation(), fit.categories,
            on: choice.open(.validation, masks: .required, classes: fit.plan.classes))
    }
}
