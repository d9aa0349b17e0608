import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// The frames that a student is trained and evaluated on.
struct StudentFrames {
    let set: DataSet
    let labeled: [FrameIndex]
    let evaluation: DataSet?
}

/// The rounds of a student: each labels the frames with its teachers and trains a student, which is
/// the teacher of the next.
struct StudentCourse<Network: SegmentationModel & StoredModel> {
    let recipe: StudentRecipe
    let run: RecipeRun<StudentRecipe>
    let frames: StudentFrames
    let plan: TrainingPlan
    let optimizer: any Optimizer
    /// The student before the first step of a round; nil for its teacher.
    let initial: Network?
    /// The first of ``teachers``.
    private(set) var teacher: Network
    /// The teachers of the next round.
    private(set) var teachers: [StudentRecipe.Model]

    /// Trains a round, or takes its student where it is complete, and makes it the next teacher.
    mutating func pass(_ round: Int) throws {
        teacher = try complete(round) ?? train(round).model
        teachers = [teacher]
    }

    /// The student of a round whose last checkpoint is that of the last step.
    ///
    /// The checkpoint alone decides, and holds the bits of the result: a run resumes alike,
    /// wherever it stopped.
    private func complete(_ round: Int) throws -> Network? {
        guard run.options.resumes, let path = run.folder?.round(round).existingLastCheckpoint else {
            return nil
        }
        let checkpoint = try CheckpointModel(try SafeTensorsFile(contentsOf: path))
        guard checkpoint.step == plan.steps else { return nil }
        return try checkpoint.read() as Network
    }

    /// Trains the student of a round; of the last one in the folder of the run.
    func train(_ round: Int) throws -> Trained<Network> {
        let isLast = round == recipe.rounds
        let title = recipe.rounds > 1 ? "student, round \(round) of \(recipe.rounds)" : "student"
        let thresholds = recipe.threshold.values(classes: teacher.classes)
        let batches = try batches(round, thresholds)
        let task = StudentTask<Network>(
            batches: batches, averageShare: recipe.averageShare, ramp: recipe.averageRamp,
            thresholds: thresholds, floor: recipe.floor,
            evaluator: frames.evaluation.map { SegmentationEvaluator(data: $0) })
        let pass = (batches.stepsPerPass + plan.accumulation - 1) / plan.accumulation
        let unused = UnusedClasses(
            epoch: min(pass, plan.evaluationInterval), thresholds: thresholds,
            floor: recipe.floor, band: recipe.boundaryBand, notice: run.options.notice)
        // Without a weight no pseudo-label is meant to be used.
        let followers = recipe.unlabeledWeight > 0 ? [unused] : []
        let folder =
            isLast
            ? nil : try run.folder.map { try RunFolder($0.round(round).path, resuming: true) }
        return try run.train(
            initial ?? teacher, task, optimizer: optimizer, plan: plan, title: title, in: folder,
            followers: followers
        ) { _ in
            "A student of \(teachers.map(\.title).joined(separator: ", ")), trained on "
                + "\(frames.labeled.count) labeled frames of \(frames.set) and on "
                + "\(teachers.count > 1 ? "their" : "its") probabilities for the others"
                + "; it began with \(recipe.beginning)"
                + (recipe.rounds > 1 ? "; round \(round) of \(recipe.rounds)." : ".")
        }
    }

    /// Labels all frames, and reports the classes without a usable label.
    private func batches(_ round: Int, _ thresholds: [Float]) throws -> StudentBatches {
        let title = recipe.rounds > 1 ? "pseudo-labels, round \(round)" : "pseudo-labels"
        let bar =
            run.options.showsProgress
            ? ProgressBar(title, total: frames.set.count, unit: "clips") : nil
        let labels = try {
            defer { bar?.finish() }
            return try PseudoLabels(
                of: teachers, for: frames.set, labeled: frames.labeled,
                .init(
                    averagesMirrored: recipe.averagesMirrored,
                    averagesOverTime: recipe.averagesOverTime, propagation: recipe.propagation),
                progress: run.progress(on: bar, in: round > 1 ? run.folder?.round(round - 1) : nil))
        }()
        let batches = StudentBatches(
            labeled: try FrameBatches(
                frames.set, frames: frames.labeled, batchSize: recipe.labeledBatch,
                order: .shuffled(seed: recipe.seed), augmentation: recipe.augmentation),
            unlabeled: frames.set, labels: labels,
            batchSize: recipe.optimization.batchSize - recipe.labeledBatch,
            augmentation: recipe.unlabeledAugmentation, weight: recipe.unlabeledWeight,
            band: recipe.boundaryBand, seed: recipe.seed)
        let usage = try labels.usage(
            of: batches.frames, thresholds: thresholds, band: recipe.boundaryBand)
        for remark in usage.remarks(
            thresholds: thresholds, band: recipe.boundaryBand, floor: recipe.floor,
            source: "the \(teachers.count > 1 ? "teachers'" : "teacher's") probabilities")
        {
            run.options.notice(recipe.rounds > 1 ? "round \(round): \(remark)" : remark)
        }
        return batches
    }
}
