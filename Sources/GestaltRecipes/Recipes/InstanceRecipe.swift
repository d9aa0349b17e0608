import GestaltData
import GestaltIO
import GestaltModels
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// Trains an instance head on an encoder, whose parts are frozen or train with the head as those of
/// a ``HeadRecipe`` do; by default on a dense encoder, which trains with it.
///
/// Masks must number instances, as robot-push clips do, see `LabelMeaning.instances`. The encoder
/// runs on every batch, a frozen one, too.
///
/// ```swift
/// let recipe = InstanceRecipe(data: data, classes: 3)               // background, arm, objects
/// let model = try recipe.train(RunOptions(folder: "out/instances")).model
/// ```
public struct InstanceRecipe: Recipe {
    public static let kind = "instances"
    /// The encoder by default: the U-Net's trunk.
    public static let usualEncoder: ComponentName = "dense"
    /// The head by default.
    public static let usualHead: ComponentName = "query"

    public var data: DataChoice
    /// The trained model that the encoder is a part of, or an instance segmenter to train further,
    /// as ``OpenedModel`` reads it; nil for encoders without a model.
    public var model: String?
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    public var settings: [String: String]?
    /// The name of the encoder, `dense`; one of single frames.
    public var encoder: ComponentName
    public var initial: HeadRecipe.Initial
    /// The parts of the encoder that are trained with the head; the others stay bit-identical.
    public var trains: [String]
    /// The learning rate factor of each trained part; for those not listed the encoder's own, else
    /// ``HeadRecipe/partRate``.
    public var partRates: [String: Double]
    /// The name of the head, `query:16:3` or `embedding`.
    public var head: ComponentName
    /// The number of classes, background included: 2 for instances of one class.
    public var classes: Int
    /// The number of labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// The changes of frames and masks; `.standard` by default.
    public var augmentation: Augmentation
    public var optimization: Optimization

    /// The bound on the norm of the gradients, by default: the assignment of queries changes from
    /// step to step at first.
    public static let usualGradientNorm: Float = 5

    /// - Parameter steps: by default 600 with a number of labels and 2500 with all.
    public init(
        data: DataChoice, model: String? = nil, encoder: ComponentName = usualEncoder,
        head: ComponentName = usualHead, classes: Int = 2, labels: Int? = nil,
        steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        self.encoder = encoder
        initial = .pretrained
        BuiltIns.register()
        trains = Encoders.known(encoder).map { HeadRecipe.trainedParts(of: $0) } ?? []
        partRates = [:]
        self.head = head
        self.classes = classes
        self.labels = labels
        augmentation = .standard
        optimization = .frames(steps: steps ?? Optimization.steps(labels: labels), seed: seed)
        optimization.gradientNorm = Self.usualGradientNorm
    }

    public func validate() throws {
        try validateOptimization()
        try validateFrames(augmentation)
        try validateEncoder()
        guard try !encoderType.seesFuture(encoder) else {
            throw ConfigurationError.invalid(
                "encoder", expected: "an encoder of single frames", found: "\(encoder)")
        }
        _ = try InstanceHeads.configuration(named: head)
        guard (2...255).contains(classes) else {
            throw ConfigurationError.invalid(
                "classes", expected: "2 to 255, background included", found: classes)
        }
    }

    /// Trains on a model that has the encoder, or trains an instance segmenter further, which then
    /// determines encoder, head and classes.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<InstanceSegmenter> {
        guard let beginning else { return try train(made: try made(on: nil), nil, options) }
        guard let earlier = beginning.model as? InstanceSegmenter else {
            var random = encoderRandom
            return try train(
                made: beginning.encoder(named: encoder, random: &random), nil, options)
        }
        var own = self
        own.encoder = earlier.encoder.name
        if own.encoder.kind != encoder.kind {
            own.trains = HeadRecipe.trainedParts(of: type(of: earlier.encoder))
        }
        own.initial = .pretrained
        own.classes = earlier.classes
        return try own.train(made: earlier.encoder, earlier, options)
    }

    /// Trains on a model in memory. To resume, pass the same one.
    /// - Throws: as ``Recipe/train(_:)``; `ConfigurationError` and `ModelMismatch` when the encoder
    ///   cannot be built on the model.
    public func train(
        on model: any StoredModel, _ options: RunOptions = RunOptions()
    ) throws -> Trained<InstanceSegmenter> {
        try validate()
        return try train(made: try made(on: model), nil, options)
    }
}

extension InstanceRecipe: HeadTraining {
    package mutating func choose(_ encoder: ComponentName) {
        self.encoder = encoder
        trains = Encoders.known(encoder).map { HeadRecipe.trainedParts(of: $0) } ?? []
    }
}
