import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// Self-training: trains a segmentation model of any kind on a few labeled frames and on all the
/// other frames, for which a teacher, a model trained on the labels, provides probabilities.
///
/// The teacher's probabilities are averaged over mirror images and over the frames in which a pixel
/// keeps its color; the student sees the frames strongly augmented, and may be taught by its own
/// running average, too. For another round pass the student as the teacher. The camera must stand
/// still for averages over time and propagation; ``averagesOverTime`` and ``propagates`` turn them
/// off.
///
/// Of a segmenter those parts of the encoder are trained that its kind trains by default: all of a
/// dense one, none of a tokenizer, a frame encoder or a prior.
///
/// - Source: pseudo-labels with strong augmentation as in FixMatch (2020) and UniMatch (2023);
///   the average as in Mean Teacher (2017); the averages over time are this package's.
public struct StudentRecipe: Recipe {
    public static let kind = "student"

    public var data: DataChoice
    /// The teacher, as ``OpenedModel`` reads it: a U-Net or a segmenter.
    public var model: String?
    public var settings: [String: String]?
    /// The initial weights of the student: `teacher`, `random`, or the path of a model, whose
    /// weights are taken where paths and shapes agree, such as a forecaster's for a segmenter on a
    /// dense encoder.
    public var start: String
    /// The number of labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// The number of labeled frames in a batch; the others of `optimization.batchSize` are unlabeled.
    public var labeledBatch: Int
    /// The weight of an unlabeled pixel relative to a labeled one.
    public var unlabeledWeight: Float
    /// Whether the teacher's probabilities are averaged over mirror images.
    public var averagesMirrored: Bool
    /// Whether they are averaged over the frames in which a pixel keeps its color.
    public var averagesOverTime: Bool
    /// Whether labels are propagated within their clip to pixels that keep their color.
    public var propagates: Bool
    /// The share of the student's running average in the targets, 0…1.
    public var averageShare: Float
    /// The fraction of the steps in which that share rises from 0.
    public var averageRamp: Float
    /// The probability of its class below which an unlabeled pixel has the weight ``floor``.
    public var threshold: Float
    public var floor: Float
    /// The augmentation of labeled frames.
    public var augmentation: Augmentation
    /// The augmentation of unlabeled frames.
    public var unlabeledAugmentation: Augmentation
    public var optimization: Optimization

    public init(
        data: DataChoice, model: String? = nil, labels: Int? = nil, steps: Int? = nil,
        seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        start = "teacher"
        self.labels = labels
        labeledBatch = 4
        unlabeledWeight = 1
        averagesMirrored = true
        averagesOverTime = true
        propagates = true
        averageShare = 0
        averageRamp = 0.5
        threshold = 0
        floor = 0
        augmentation = .standard
        unlabeledAugmentation = .standard
        optimization = .segmentation(steps: steps, isFewLabels: true, seed: seed)
    }

    public func validate() throws {
        try validateOptimization()
        guard (1..<optimization.batchSize).contains(labeledBatch) else {
            throw ConfigurationError.invalid(
                "labeledBatch", expected: "1 or more, below \(optimization.batchSize), the batch",
                found: labeledBatch)
        }
        for (key, share) in [
            ("averageShare", averageShare), ("averageRamp", averageRamp),
            ("threshold", threshold), ("floor", floor),
        ] {
            try validateShare(key, Double(share))
        }
        guard unlabeledWeight >= 0, unlabeledWeight.isFinite else {
            throw ConfigurationError.invalid(
                "unlabeledWeight", expected: "0 or more", found: unlabeledWeight)
        }
        guard averageShare == 0 || optimization.averageDecay != nil else {
            throw ConfigurationError.invalid(
                "averageShare", expected: "0 without optimization.averageDecay",
                found: averageShare)
        }
        for augmentation in [augmentation, unlabeledAugmentation] {
            try augmentation.validate()
            guard augmentation.crop == nil else {
                throw ConfigurationError.invalid(
                    "augmentation.crop", expected: "none: the network has the frames' size",
                    found: "a crop")
            }
        }
    }

    public typealias Model = any SegmentationModel & StoredModel

    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Model> {
        guard let beginning else {
            throw ConfigurationError.invalid(
                "model", expected: "a segmentation model trained on the labels", found: "none")
        }
        let teacher = try beginning.segmentation()
        guard !teacher.seesFuture else {
            throw ConfigurationError.invalid(
                "model", expected: "a model of single frames", found: "one that sees the future")
        }
        return try train(teacher: teacher, options)
    }

    private func train<Network: SegmentationModel & StoredModel>(
        teacher: Network, _ options: RunOptions
    ) throws -> Trained<Model> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .required, classes: teacher.classes, options)
        try clips.fit(
            to: .exactly(height: teacher.input.height, width: teacher.input.width))
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        let frames = try labeledFrames(labels, of: set)
        set.remark(on: frames, classes: teacher.classes, options)
        guard frames.count < set.infos().reduce(0, { $0 + $1.frameCount }) else {
            throw ConfigurationError.invalid(
                "labels", expected: "fewer than the frames of \(set): some are to be unlabeled",
                found: frames.count)
        }
        let student = try student(of: teacher)
        let (freezing, groups) = parts(of: student)
        let plan = optimization.plan(freezing: freezing)
        try run.begin(
            student, plan: plan, batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []), teacher: teacher,
            trial: trial(student, set))
        let task = StudentTask<Network>(
            batches: try batches(teacher, set, frames, run), averageShare: averageShare,
            ramp: averageRamp, threshold: threshold, floor: floor,
            evaluator: evaluationSet.map { SegmentationEvaluator(data: $0) })
        let trained = try run.train(
            student, task, optimizer: optimization.optimizer(groups: groups), plan: plan,
            title: "student"
        ) { _ in
            "A student of \(teacher.title), trained on \(frames.count) labeled frames of \(set) and "
                + "on its probabilities for the others."
        }
        return Trained(
            model: trained.model, steps: trained.steps, evaluation: trained.evaluation)
    }

    private func student<Network: SegmentationModel & StoredModel>(
        of teacher: Network
    ) throws -> Network {
        guard start != "teacher" else { return teacher }
        var random = RandomStream(seed: optimization.seed).split(.max)
        var student = Network(teacher.configuration, random: &random)
        guard start != "random" else { return student }
        let source = try OpenedModel(at: start).model
        guard student.take(source) > 0 else {
            throw ConfigurationError.invalid(
                "start", expected: "a model with weights of \(teacher.title)",
                found: "\(start), \(source.title)")
        }
        return student
    }

    private func batches<Network: SegmentationModel & StoredModel>(
        _ teacher: Network, _ set: DataSet, _ frames: [FrameIndex], _ run: RecipeRun<Self>
    ) throws -> StudentBatches {
        let bar =
            run.options.showsProgress
            ? ProgressBar("pseudo-labels", total: set.count, unit: "clips") : nil
        defer { bar?.finish() }
        let labels = try PseudoLabels(
            of: teacher, for: set, labeled: frames,
            .init(
                averagesMirrored: averagesMirrored, averagesOverTime: averagesOverTime,
                propagates: propagates),
            progress: run.progress(on: bar))
        return StudentBatches(
            labeled: try FrameBatches(
                set, frames: frames, batchSize: labeledBatch,
                order: .shuffled(seed: optimization.seed), augmentation: augmentation),
            unlabeled: set, labels: labels, batchSize: optimization.batchSize - labeledBatch,
            augmentation: unlabeledAugmentation, weight: unlabeledWeight, seed: optimization.seed)
    }

    /// Returns the frozen parts of a student's encoder, and the rates of the others.
    private func parts(
        of student: any SegmentationModel
    ) -> (freezing: Freezing, groups: [ParameterGroup]) {
        guard let encoder = (student as? Segmenter)?.encoder else { return (.none, []) }
        let type = Swift.type(of: encoder)
        let trained = HeadRecipe.trainedParts(of: type)
        guard !trained.isEmpty else { return (Freezing(["encoder"]), []) }
        return (
            Freezing(type.parts.filter { !trained.contains($0) }.map { "encoder.\($0)" }),
            trained.map { part in
                ParameterGroup(
                    .below(["encoder.\(part)"]),
                    learningRateFactor: type.trainedParts[part] ?? HeadRecipe.partRate)
            }
        )
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
        // Pseudo-labels of all clips, a byte each; those of one clip in the making as numbers.
        return TrialStep(
            scale: size.scale, held: pixels.reduce(0, +), elsewhere: 16 * (pixels.max() ?? 0)
        ) { count in
            let frames = Tensor<Float>.zeros([count, size.height, size.width, 3])
            let masks = Tensor<UInt8>.zeros([count, size.height, size.width])
            return { segmentationLoss($0.logits(frames, $1), masks) }
        }
    }
}
