import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

extension StudentRecipe {
    /// Trains all rounds.
    /// - Parameter teacher: the first teacher.
    func train<Network: SegmentationModel & StoredModel>(
        teacher: Network, _ options: RunOptions
    ) throws -> Trained<Model> {
        let run = try RecipeRun(self, options)
        try requireSteps(run)
        let teachers = try allTeachers(teacher, options)
        try threshold.requireClasses(below: teacher.classes, "threshold")
        let frames = try studentFrames(of: teacher, options)
        let initial = try initialWeights(of: teacher, options)
        let parts = TrainedParts(of: teacher)
        var plan = optimization.plan(freezing: parts.freezing)
        if averageShare > 0, plan.averageDecay == nil {
            plan.averageDecay = Self.usualAverageDecay
        }
        try run.begin(
            initial ?? teacher, plan: plan, batch: optimization.batchSize,
            data: [frames.set] + (frames.evaluation.map { [$0] } ?? []), teachers: teachers,
            start: isStartedElsewhere ? initial : nil,
            trial: trial(initial ?? teacher, frames.set))
        var course = StudentCourse(
            recipe: self, run: run, frames: frames, plan: plan,
            optimizer: optimization.optimizer(groups: parts.groups), initial: initial,
            teacher: teacher, teachers: teachers)
        for round in 1..<rounds { try course.pass(round) }
        let trained = try course.train(rounds)
        return Trained(
            model: trained.model, steps: trained.steps, evaluation: trained.evaluation)
    }

    /// - Throws: `ConfigurationError` when a run of several rounds is resumed with another number
    ///   of steps: rounds that are complete would have to be trained again.
    private func requireSteps(_ run: RecipeRun<Self>) throws(ConfigurationError) {
        guard rounds > 1, let stored = run.stored?.recipe.steps, stored != steps else { return }
        throw .invalid(
            "optimization.steps",
            expected: "\(stored), unchanged: a run of \(rounds) rounds is not extended",
            found: steps)
    }

    private func allTeachers<Network: SegmentationModel & StoredModel>(
        _ first: Network, _ options: RunOptions
    ) throws -> [Model] {
        var all: [Model] = [first]
        for path in teachers.dropFirst() { all.append(try options.open(path, nil).segmentation()) }
        for (path, teacher) in zip(teachers, all) {
            guard !teacher.readsClips else {
                throw ConfigurationError.invalid(
                    "teachers", expected: "models of single frames",
                    found: "\(path), which reads clips")
            }
            func size(_ model: Model) -> String {
                "frames of \(model.input.height) × \(model.input.width) with "
                    + (model.classes == 1 ? "1 class" : "\(model.classes) classes")
            }
            guard size(teacher) == size(first) else {
                throw ConfigurationError.invalid(
                    "teachers", expected: "\(size(first)), those of \(teachers[0])",
                    found: "\(path) with \(size(teacher))")
            }
        }
        guard propagation != .affinity || features(first) != nil else {
            throw ConfigurationError.invalid(
                "propagation", expected: "none or color: \(first.title) has no features",
                found: propagation.rawValue)
        }
        return all
    }

    private func features(_ model: some SegmentationModel) -> Latent.Stage? {
        model.features(.zeros([1, model.input.height, model.input.width, 3]))
    }

    /// The bytes of the features of a clip and of their grid.
    private func featureBytes(_ model: some SegmentationModel, frames: Int) -> Int {
        guard propagation == .affinity, let frame = features(model) else { return 0 }
        return 2 * MemoryLayout<Float>.size * frame.tensor.count * frames
    }

    private func studentFrames(
        of teacher: some SegmentationModel, _ options: RunOptions
    ) throws -> StudentFrames {
        var clips = try TrainingData(data, masks: .required, classes: teacher.classes, options)
        try clips.fit(to: .exactly(height: teacher.input.height, width: teacher.input.width))
        clips.report(options.notice)
        let set = clips.train
        let labeled = try labeledFrames(labels, of: set)
        set.remark(on: labeled, classes: teacher.classes, options)
        guard labeled.count < set.infos().reduce(0, { $0 + $1.frameCount }) else {
            throw ConfigurationError.invalid(
                "labels", expected: "fewer than the frames of \(set): some are to be unlabeled",
                found: labeled.count)
        }
        return StudentFrames(set: set, labeled: labeled, evaluation: clips.evaluationSet)
    }

    /// Returns the student that every round begins with; nil if it begins with its teacher.
    /// - Throws: `ConfigurationError` for a model most of whose weights do not fit.
    private func initialWeights<Network: SegmentationModel & StoredModel>(
        of teacher: Network, _ options: RunOptions
    ) throws -> Network? {
        guard start != "teacher" else { return nil }
        var random = RandomStream(seed: optimization.seed).split(.max)
        var student = Network(teacher.configuration, random: &random)
        guard start != "random" else { return student }
        let source = try OpenedModel(at: start).model
        let shapes = Dictionary(
            source.state.map { ($0.path, $0.value.shape) }, uniquingKeysWith: { first, _ in first })
        let unfit = student.state.filter { entry in
            shapes[entry.path].map { $0 != entry.value.shape } ?? false
        }
        let taken = student.take(source)
        // A few scores fit any model; those of another encoder or width are few compared with the
        // rest.
        guard taken > unfit.count else {
            throw ConfigurationError.invalid(
                "start", expected: "a model with weights of \(teacher.title)",
                found: "\(start), \(source.title), of which \(taken) tensors fit and "
                    + "\(unfit.count) have other shapes")
        }
        options.notice(
            "\(taken) of the student's \(student.state.count) tensors come from \(start), the others "
                + "begin at random")
        return student
    }

    private func trial<Network: SegmentationModel>(
        _ model: Network, _ set: DataSet
    ) -> TrialStep<Network> {
        let (height, width) = (model.input.height, model.input.width)
        let size =
            model.acceptsAnySize
            ? TrialSize(height: height, width: width, multiple: model.sizeMultiple)
            : TrialSize(whole: height, width)
        let classes = model.classes
        let pixels = set.infos().map { $0.frameCount * $0.height * $0.width * classes }
        // Pseudo-labels of all clips, a byte each; those of one clip in the making as numbers, of
        // each teacher and three times refined.
        let making = MemoryLayout<Float>.size * (teachers.count + 3) * (pixels.max() ?? 0)
        return TrialStep(
            scale: size.scale, held: pixels.reduce(0, +),
            elsewhere: making + featureBytes(model, frames: set.lengths.max() ?? 0)
        ) { count in
            let frames = Tensor<Float>.zeros([count, size.height, size.width, 3])
            let masks = Tensor<UInt8>.zeros([count, size.height, size.width])
            return { segmentationLoss($0.logits(frames, $1), masks) }
        }
    }
}
