import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

extension StudyResults {
    /// Collects the results of a study from its folder, whether all its runs are made or not.
    ///
    /// - Parameter known: results of runs that were made elsewhere, beside those that the folder
    ///   keeps.
    /// - Throws: ``StudyError`` for a folder without a study, or with damaged files, and for known
    ///   results of other clips or other scored frames.
    public init(folder path: String, known: [KnownResults] = []) throws {
        let folder = StudyFolder(path)
        let stored = try folder.storedStudy()
        var options = StudyOptions()
        (options.command, options.known) = (stored.command, known)
        let grid = try StudyGrid(stored.study, stored.facts)
        self = try StudySession(grid, folder, options).results()
    }
}

extension StudyPlan {
    /// The state of a study by its folder; without expected times of runs of which none is done.
    /// - Parameter known: as for ``StudyResults/init(folder:known:)``.
    /// - Throws: as ``StudyResults/init(folder:known:)``.
    public init(folder path: String, known: [KnownResults] = []) throws {
        let folder = StudyFolder(path)
        let stored = try folder.storedStudy()
        var options = StudyOptions()
        (options.rehearses, options.known) = (false, known)
        let session = try StudySession(
            try StudyGrid(stored.study, stored.facts), folder, options)
        try self.init(session, try session.costs(isKept: false))
    }
}

extension StudySession {
    /// Collects what is in the folder, and what is known from elsewhere.
    func results() throws -> StudyResults {
        let study = grid.study
        let counts = try Study.counts(study.labels)
        return StudyResults(
            title: study.title, data: grid.facts.summary,
            settings: StudyResults.Settings(
                splits: study.splits, every: study.every ?? Study.usualEvery,
                labels: counts.map(\.labels),
                seeds: Set(counts.flatMap(\.seeds)).sorted().map { UInt64($0) }),
            models: try study.models.sorted { $0.key < $1.key }.flatMap { try models($0, $1) },
            rows: try study.rows.map(row), runs: try grid.runs.map(run))
    }

    private func models(_ name: String, _ model: Study.Model) throws -> [StudyResults.Model] {
        guard model.path == nil else {
            return [StudyResults.Model(name: name, kind: nil, state: .done, path: model.path)]
        }
        return try grid.models.filter { $0.name == name }.compactMap { run in
            guard let task = grid.task(run.hash) else { return nil }
            let (state, error) = try state(of: task)
            let isMadeHere = try folder.record(of: run.hash)?.state == .done
            if !isMadeHere, var known = known.models[run.hash] {
                (known.name, known.seed) = (name, run.seed)
                return known
            }
            return StudyResults.Model(
                name: name, kind: task.kind, seed: run.seed, state: state, error: error,
                stage: try stage(of: task))
        }
    }

    private func row(_ row: Study.Row) throws -> StudyResults.Row {
        let outline = try outline(of: row.name)
        var usesLabels = true
        if let method = row.method { usesLabels = try StudyMethods.method(method.named).usesLabels }
        return StudyResults.Row(
            name: row.name, group: row.group, source: row.source ?? outline.source ?? "unknown",
            head: row.head ?? outline.head, regime: row.regime ?? outline.regime,
            initialization: outline.initialization ?? .none, training: outline.training ?? .none,
            trainedParts: outline.trainedParts, pretraining: row.pretraining ?? outline.pretraining,
            isStudent: outline.isStudent, tags: row.tags ?? [],
            seesFuture: outline.seesFuture ?? false,
            usesUnlabeledFrames: outline.usesUnlabeledFrames, usesLabels: usesLabels,
            command: (options.command ?? "gestalt study run STUDY.json --output FOLDER")
                + " --row \(row.name.shellWord)", note: row.note)
    }

    /// Returns what a row or model trains; what its recipe leaves open is that of the model it
    /// starts from.
    private func outline(of name: String) throws -> RecipeOutline {
        guard let training = grid.study.training(name) else {
            return RecipeOutline(source: nil, regime: "given")
        }
        let row = grid.study.rows.first { $0.name == name }
        let (result, start): (RecipeOutline, String?)
        if row?.method != nil {
            let method = try StudyMethods.method(training.named)
            (result, start) = (method.outline, method.start)
        } else {
            let recipe = try Recipes.recipe(
                grid.study.settings(
                    of: training.named, common: row == nil ? [:] : grid.study.common))
            (result, start) = (recipe.outline, recipe.model)
        }
        guard let start, grid.study.training(start) != nil else { return result }
        return result.completed(by: try outline(of: start), named: start)
    }

    private func run(_ run: StudyGrid.Run) throws -> StudyResults.Run {
        guard let task = grid.task(run.hash) else { throw StudyError.noTraining(name: run.name) }
        let stored = try grid.study.splits.compactMap {
            try folder.stored(StoredScores.self, at: scoresPath(run.hash, $0))
        }
        if stored.count < grid.study.splits.count, var known = known.runs[run.hash] {
            (known.row, known.labels, known.seed) = (run.name, run.labels, run.seed)
            return known
        }
        let (state, error) = try state(of: task)
        let trainings = grid.closure(of: [run.hash]).filter {
            grid.study.models[$0.name] == nil && $0.isTraining
        }
        return StudyResults.Run(
            row: run.name, labels: run.labels, seed: run.seed, hash: run.hash, state: state,
            error: error, stages: try trainings.compactMap(stage), scores: stored.map(\.scores),
            parameters: stored.first?.parameters,
            millisecondsPerFrame: stored.compactMap(\.millisecondsPerFrame).first,
            machine: try folder.record(of: run.hash)?.machine)
    }

    private func state(of task: StudyTask) throws -> (RunState, error: String?) {
        let record = try folder.record(of: task.hash)
        switch try progress(of: task) {
        case .done: return (.done, nil)
        case .failed:
            return (.failed, record?.error ?? record?.scoringError.map { "not scored: \($0)" })
        case .open where record != nil: return (.missing, nil)
        case .open:
            let failed = try task.needs.compactMap(grid.task).first {
                try folder.record(of: $0.hash)?.hasFailedToTrain == true
            }
            return (.missing, failed.map { "\($0.title) failed" })
        }
    }

    /// Returns a training as far as it went; nil where it was not begun.
    private func stage(of task: StudyTask) throws -> StudyResults.Stage? {
        guard let record = try folder.record(of: task.hash) else { return nil }
        return StudyResults.Stage(
            name: task.name, kind: task.kind, hash: task.hash,
            folder: folder.relativeRun(task.hash), steps: record.steps,
            minutes: record.seconds / 60)
    }
}

extension RecipeOutline {
    /// Returns the outline with what it leaves open taken from that of the model it starts from.
    fileprivate func completed(by earlier: RecipeOutline, named start: String) -> RecipeOutline {
        var result = self
        if source == nil {
            result.source = earlier.source
            result.head = head ?? earlier.head
            result.usesUnlabeledFrames = usesUnlabeledFrames || earlier.usesUnlabeledFrames
            result.regime += " of \(start)"
        }
        if training == nil { result.trainedParts = earlier.trainedParts }
        result.initialization = initialization ?? earlier.initialization
        result.training = training ?? earlier.training
        result.pretraining = pretraining ?? earlier.pretraining
        result.seesFuture = seesFuture ?? earlier.seesFuture
        return result
    }
}
