import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Self-training: trains a segmentation model of any kind on a few labeled frames and on all the
/// other frames, for which a teacher, a model trained on the labels, provides probabilities.
///
/// The teacher's probabilities are averaged over mirror images and over the frames in which a pixel
/// keeps its color; the student sees the frames strongly augmented, and may be taught by its own
/// running average, too. For another round pass the student as the teacher.
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
    /// The number of labeled frames in a batch.
    public var labeledBatch: Int
    /// The number of unlabeled frames in a batch.
    public var unlabeledBatch: Int
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
        unlabeledBatch = 12
        unlabeledWeight = 1
        averagesMirrored = true
        averagesOverTime = true
        propagates = true
        averageShare = 0
        averageRamp = 0.5
        threshold = 0.5
        floor = 0
        augmentation = .standard
        unlabeledAugmentation = .standard
        optimization = .segmentation(steps: steps, isFewLabels: true, seed: seed)
    }

    public func validate() throws {
        try validateOptimization()
        for (key, count) in [("labeledBatch", labeledBatch), ("unlabeledBatch", unlabeledBatch)]
        where count < 1 {
            throw ConfigurationError.invalid(key, expected: "1 or more", found: count)
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
        let plan = optimization.plan()
        try run.begin(
            student, plan: plan, batch: labeledBatch + unlabeledBatch,
            data: [set] + (evaluationSet.map { [$0] } ?? []), trial: trial(student))
        let task = StudentTask<Network>(
            batches: try batches(teacher, set, frames, run), averageShare: averageShare,
            ramp: averageRamp, threshold: threshold, floor: floor,
            evaluator: evaluationSet.map { SegmentationEvaluator(data: $0) })
        let trained = try run.train(
            student, task, optimizer: optimization.optimizer(), plan: plan, title: "student"
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
        return try StudentBatches(
            labeled: try FrameBatches(
                set, frames: frames, batchSize: labeledBatch,
                order: .shuffled(seed: optimization.seed), augmentation: augmentation),
            unlabeled: set, labels: labels, batchSize: unlabeledBatch,
            augmentation: unlabeledAugmentation, weight: unlabeledWeight, seed: optimization.seed)
    }

    private func trial<Network: SegmentationModel>(_ model: Network) -> TrialStep<Network> {
        let size = TrialSize(height: model.input.height, width: model.input.width, multiple: 8)
        return TrialStep(scale: size.scale) { count in
            let frames = Tensor<Float>.zeros([count, size.height, size.width, 3])
            let masks = Tensor<UInt8>.zeros([count, size.height, size.width])
            return { segmentationLoss($0.logits(frames, $1), masks) }
        }
    }
}
