import GestaltData
import GestaltModels
import GestaltSegHeads
import GestaltTraining

/// Self-training: trains a segmentation model of any kind on a few labeled frames and on all the
/// other frames, for which teachers, models trained on the labels, provide probabilities.
///
/// The probabilities are averaged over teachers, over mirror images and over the frames in which a
/// pixel keeps its color; the student sees the frames strongly augmented, and may be taught by its
/// own running average, too. With several ``rounds`` the student of a round is the teacher of the
/// next. The camera must stand still for averages over time and propagation by color;
/// ``averagesOverTime`` and ``propagation`` turn them off.
///
/// ```swift
/// var recipe = StudentRecipe(
///     data: DataChoice("sample"), teachers: ["runs/a", "runs/b"], labels: 10)
/// recipe.start = "runs/encoder"
/// recipe.rounds = 2
/// let student = try recipe.train(RunOptions(folder: "runs/student"))
/// ```
/// Of a segmenter those parts of the encoder are trained that its kind trains by default: all of a
/// dense one, none of a tokenizer, a frame encoder or a prior.
///
/// - Source: pseudo-labels with strong augmentation as in FixMatch (2020) and UniMatch (2023);
///   the average as in Mean Teacher (2017); rounds as in Noisy Student (2020); the averages over
///   time are this package's.
public struct StudentRecipe: Recipe {
    public static let kind = "student"
    /// The decay of the student's running average where ``averageShare`` needs one and
    /// `optimization.averageDecay` is nil. The average follows the first steps faster.
    public static let usualAverageDecay: Float = 0.99

    public var data: DataChoice
    /// The teachers of the first round, as ``OpenedModel`` reads them: U-Nets or segmenters with
    /// the same classes and frame size. The student is of the kind and configuration of the first.
    public var teachers: [String]
    /// The initial weights of the student in each round: `teacher`, those of the round's first
    /// teacher; `random`; or the path of a model, whose weights are taken where paths and shapes
    /// agree, such as a forecaster's for a segmenter on a dense encoder.
    public var start: String
    /// The number of rounds, each of `optimization.steps` steps. A round trains as a run of its own
    /// whose teacher is the student of the round before, with the same seed.
    public var rounds: Int
    /// The number of labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// The number of labeled frames in a batch; the others of `optimization.batchSize` are
    /// unlabeled.
    public var labeledBatch: Int
    /// The weight of an unlabeled pixel relative to a labeled one.
    public var unlabeledWeight: Float
    /// Whether the teachers' probabilities are averaged over mirror images.
    public var averagesMirrored: Bool
    /// Whether they are averaged over the frames in which a pixel keeps its color.
    public var averagesOverTime: Bool
    /// The propagation of labels to the other frames of their clip.
    public var propagation: LabelSpread
    /// The share of the student's running average in the targets, 0…1.
    public var averageShare: Float
    /// The fraction of the steps in which that share rises from 0.
    public var averageRamp: Float
    /// The probability of its class below which an unlabeled pixel has the weight ``floor``.
    public var threshold: ConfidenceThresholds
    /// The weight, relative to the other unlabeled pixels, of those below the ``threshold``, 0…1.
    public var floor: Float
    /// The distance in pixels, along rows and columns, from a change of the teachers' likeliest
    /// class within which unlabeled pixels have the weight 0; 0 for none.
    public var boundaryBand: Int
    /// The augmentation of labeled frames.
    public var augmentation: Augmentation
    /// The augmentation of unlabeled frames.
    public var unlabeledAugmentation: Augmentation
    public var optimization: Optimization

    /// - Parameter steps: of each round, 600 by default.
    public init(
        data: DataChoice, teachers: [String] = [], labels: Int? = nil, steps: Int? = nil,
        seed: UInt64 = 0
    ) {
        self.data = data
        self.teachers = teachers
        start = "teacher"
        rounds = 1
        self.labels = labels
        labeledBatch = 4
        unlabeledWeight = 1
        averagesMirrored = true
        averagesOverTime = true
        propagation = .color
        averageShare = 0
        averageRamp = 0.5
        threshold = 0
        floor = 0
        boundaryBand = 0
        augmentation = .standard
        unlabeledAugmentation = .standard
        optimization = .frames(steps: steps ?? 600, seed: seed)
    }

    /// The first teacher.
    public var model: String? { teachers.first }
    public var sources: [String] {
        teachers + (isStartedElsewhere ? [start] : [])
    }
    /// The initial weights in words.
    var beginning: String {
        switch start {
        case "teacher": "the weights of the first teacher"
        case "random": "random weights"
        default: "the weights of \(start)"
        }
    }
    /// Whether ``start`` is the path of a model.
    var isStartedElsewhere: Bool { !["teacher", "random"].contains(start) }
    /// None: a teacher is a model with its own settings.
    public var settings: [String: String]? { nil }

    public func validate() throws {
        try validateOptimization()
        for (key, number, least) in [("rounds", rounds, 1), ("boundaryBand", boundaryBand, 0)]
        where number < least {
            throw ConfigurationError.invalid(key, expected: "\(least) or more", found: number)
        }
        guard !teachers.isEmpty else {
            throw ConfigurationError.invalid(
                "teachers", expected: "one or more segmentation models trained on the labels",
                found: "none")
        }
        guard (1..<optimization.batchSize).contains(labeledBatch) else {
            throw ConfigurationError.invalid(
                "labeledBatch", expected: "1 or more, below \(optimization.batchSize), the batch",
                found: labeledBatch)
        }
        for (key, share) in [
            ("averageShare", averageShare), ("averageRamp", averageRamp), ("floor", floor),
        ] {
            try validateShare(key, Double(share))
        }
        try threshold.validate("threshold")
        guard unlabeledWeight >= 0, unlabeledWeight.isFinite else {
            throw ConfigurationError.invalid(
                "unlabeledWeight", expected: "0 or more", found: unlabeledWeight)
        }
        try validateAugmentation()
    }

    private func validateAugmentation() throws {
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
        try validate()
        guard let beginning else {
            throw ConfigurationError.invalid(
                "teachers", expected: "the opened model of \(teachers[0])", found: "none")
        }
        return try train(teacher: try beginning.segmentation(), options)
    }
}
