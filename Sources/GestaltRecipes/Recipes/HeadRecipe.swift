import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// Trains a head on the latents of an encoder: of a tokenizer, a frame encoder or a prior, whose
/// parts are frozen by default, or of a dense encoder, which trains with the head.
///
/// With a frozen encoder and pictures that are mirrored at most, the latents of the labeled frames
/// and of their mirror images are computed once and kept in memory, if they take less than
/// ``largestCache`` bytes. Any other ``augmentation`` computes them for each batch. Latents of
/// clips are always computed once, and only flips apply to them.
///
/// With ``closedForm`` a linear head is computed in closed form from the same latents, flips
/// included.
///
/// ```swift
/// var recipe = HeadRecipe(data: data, encoder: "prior:hidden:2:skips", labels: 100)
/// recipe.trains = ["resnet"]                                // through the frozen prior
/// let trained = try recipe.train(on: predictor)
/// ```
public struct HeadRecipe: Recipe {
    public static let kind = "head"
    /// The cache limit in bytes; beyond it latents are recomputed for each batch.
    public static let largestCache = 1 << 30
    /// The encoder by default: a tokenizer's latents.
    public static let usualEncoder: ComponentName = "tokenizer"
    /// The default learning rate factor of trained encoder parts, where the encoder has no other;
    /// see ``partRates``.
    public static let partRate = 0.1

    /// The initial weights of the encoder.
    public enum Initial: String, Codable, Sendable, CaseIterable {
        /// The weights of the model.
        case pretrained
        /// Random weights from the seed: the contribution of the architecture alone.
        case random
    }

    public var data: DataChoice
    /// The trained predictor or tokenizer, or a segmenter to train further, as ``OpenedModel``
    /// reads it; `nil` for one in memory, see ``train(on:_:)``, and for encoders without a model.
    public var model: String?
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    public var settings: [String: String]?
    /// The name of the encoder, `prior:hidden:2`.
    public var encoder: ComponentName
    public var initial: Initial
    /// The parts of the encoder that are trained with the head; the others stay bit-identical.
    public var trains: [String]
    /// The learning rate factor of each trained part; for those not listed the encoder's own, else
    /// ``partRate``.
    public var partRates: [String: Double]
    /// The name of the head, `convolutional:128`.
    public var head: ComponentName
    /// 1 for foreground against background; 3 for background, arm and objects.
    public var classes: Int
    /// The number of labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// How a linear head is computed without training steps; nil for training. Of
    /// ``optimization`` nothing is then used.
    public var closedForm: ClosedForm?
    public var optimization: Optimization
    /// Nil for the default.
    private var chosenAugmentation: Augmentation?

    /// - Parameters:
    ///   - head: by default that of the encoder's kind.
    ///   - steps: by default 600 with a number of labels and 2500 with all.
    public init(
        data: DataChoice, model: String? = nil, encoder: ComponentName = usualEncoder,
        head: ComponentName? = nil, classes: Int = 1,
        labels: Int? = nil, steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        self.encoder = encoder
        initial = .pretrained
        BuiltIns.register()
        let type = Encoders.known(encoder)
        trains = type.map { Self.trainedParts(of: $0) } ?? []
        partRates = [:]
        self.head = head ?? type?.usualHead ?? "convolutional"
        self.classes = classes
        self.labels = labels
        closedForm = nil
        optimization = .frames(steps: steps ?? Optimization.steps(labels: labels), seed: seed)
    }

    /// The changes of the pictures: by default `.standard` where parts of the encoder are trained,
    /// and `.flip` on a frozen encoder, whose latents are then computed only once.
    public var augmentation: Augmentation {
        get {
            chosenAugmentation ?? (trains.isEmpty ? .flip : .standard)
        }
        set { chosenAugmentation = newValue }
    }

    /// The same recipe with its augmentation written down, so that a run keeps it.
    var settled: HeadRecipe {
        guard chosenAugmentation == nil else { return self }
        var recipe = self
        recipe.augmentation = augmentation
        return recipe
    }

    private enum CodingKeys: String, CodingKey {
        case data, model, settings, encoder, initial, trains, partRates, head, classes, labels
        case closedForm, optimization
        case chosenAugmentation = "augmentation"
    }

    public func validate() throws {
        try validateOptimization()
        try validateFrames(augmentation)
        try validateEncoder()
        _ = try Heads.configuration(named: head)
        try validateClosedForm()
        let seesFuture = try encoderType.seesFuture(encoder)
        guard trains.isEmpty || !seesFuture else {
            throw ConfigurationError.invalid(
                "trains", expected: "[] with latents of clips, which are computed once",
                found: trains)
        }
    }

    /// The parts of an encoder that are trained by default, in its order.
    public static func trainedParts(of type: any StoredEncoder.Type) -> [String] {
        type.parts.filter { type.trainedParts[$0] != nil }
    }

    /// Trains on a predictor or a tokenizer, or trains a segmenter further, which then determines
    /// encoder, head and classes.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Segmenter> {
        guard let beginning else { return try train(made: try made(on: nil), options) }
        guard let segmenter = beginning.model as? Segmenter else {
            var random = encoderRandom
            return try train(made: beginning.encoder(named: encoder, random: &random), options)
        }
        var own = self
        if own.encoder.kind != segmenter.encoder.name.kind {
            own.trains = Self.trainedParts(of: type(of: segmenter.encoder))
        }
        guard closedForm == nil else {
            throw ConfigurationError.invalid(
                "model", expected: "a model without a head, which is fitted from nothing",
                found: segmenter.title)
        }
        own.encoder = segmenter.encoder.name
        own.initial = .pretrained
        own.classes = segmenter.configuration.classes
        return try own.train(made: segmenter.encoder, from: segmenter, options)
    }

    /// Trains on a model in memory: a tokenizer, a predictor. To resume, pass the same one.
    /// - Throws: as ``Recipe/train(_:)``; `ConfigurationError` and `ModelMismatch` when the
    ///   encoder cannot be built on the model; ``TrainingError/checkpoint(path:expected:found:)``
    ///   when a run on another frozen model is resumed.
    public func train(
        on model: any StoredModel, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Segmenter> {
        try validate()
        return try train(made: try made(on: model), options)
    }
}

extension HeadRecipe: HeadTraining {
    package mutating func choose(_ encoder: ComponentName) {
        self.encoder = encoder
        let type = Encoders.known(encoder)
        trains = type.map { Self.trainedParts(of: $0) } ?? []
        head = type?.usualHead ?? head
    }
}
