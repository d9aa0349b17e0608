import GestaltData
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE

/// Trains a head on the latents of a tokenizer, of a frame encoder or of a prior, whose parts stay as
/// they are unless told otherwise.
///
/// With a frozen encoder the latents of the labeled frames and of their mirror images are made
/// once and kept in memory, as long as they take less than ``largestCache`` bytes.
///
/// ```swift
/// var recipe = HeadRecipe(data: data, encoder: .prior(layer: 2, skips: true), labels: 100)
/// recipe.trains = [.resnet]                                  // through the prior, which stays
/// let trained = try recipe.train(on: predictor)
/// ```
public struct HeadRecipe: Recipe {
    public static let kind = "head"
    /// Latents beyond this many bytes are made anew for each batch.
    public static let largestCache = 1 << 30

    /// What the encoder's weights are before the first step.
    public enum Initial: String, Codable, Sendable, CaseIterable {
        /// The model's.
        case pretrained
        /// Drawn anew from the seed: what the architecture gives without what it learned.
        case random
    }

    /// What the learning rate of each part of the encoder that trains is multiplied by.
    public struct PartRates: Codable, Sendable, Equatable {
        public var tokenizer = 0.1
        public var resnet = 0.1
        public var prior = 0.1

        public init() {}

        public subscript(_ part: EncoderChoice.Part) -> Double {
            get {
                switch part {
                case .tokenizer: tokenizer
                case .resnet: resnet
                case .prior: prior
                }
            }
            set {
                switch part {
                case .tokenizer: tokenizer = newValue
                case .resnet: resnet = newValue
                case .prior: prior = newValue
                }
            }
        }
    }

    public var data: DataChoice
    /// The trained predictor or tokenizer, or a head to train further, as ``OpenedModel`` reads it;
    /// nil for one in memory, see ``train(on:_:)-(VideoPredictor,_)``.
    public var model: String?
    /// What a bare VideoGPT checkpoint at ``model`` leaves out, by VideoGPT's names.
    public var settings: [String: String]?
    public var encoder: EncoderChoice
    public var initial: Initial
    /// Parts of the encoder that train with the head; the others stay, to the bit.
    public var trains: [EncoderChoice.Part]
    public var partRates: PartRates
    public var head: SegmenterConfiguration.Head
    /// 1 for foreground against background; 3 for background, arm and things.
    public var classes: Int
    /// How many labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    public var steps: Int
    public var batch: Int
    /// The highest rate of the one cycle; AdamW's.
    public var learningRate: Double
    /// The share of the steps in which the rate rises.
    public var warmUpFraction: Double
    public var weightDecay: Double
    /// Bound on the norm of all gradients; nil leaves them.
    public var gradientNorm: Float?
    /// How likely a frame is mirrored, 0…1.
    public var flip: Float
    public var evaluationInterval: Int
    public var checkpointInterval: Int
    public var seed: UInt64

    /// - Parameter steps: not given, 600 with a number of labels and 2500 with all.
    public init(
        data: DataChoice, model: String? = nil, encoder: EncoderChoice = .tokenizer(),
        head: SegmenterConfiguration.Head = .convolutional(width: 128), classes: Int = 1,
        labels: Int? = nil, steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.model = model
        self.encoder = encoder
        initial = .pretrained
        trains = []
        partRates = PartRates()
        self.head = head
        self.classes = classes
        self.labels = labels
        self.steps = steps ?? (labels == nil ? 2500 : 600)
        batch = 16
        learningRate = 2e-3
        warmUpFraction = 0.2
        weightDecay = 0.01
        flip = 0.5
        evaluationInterval = max(1, self.steps / 4)
        checkpointInterval = max(1, min(200, self.steps / 4))
        self.seed = seed
    }

    public func validate() throws {
        try validateNumbers(
            steps: steps, batch: batch, learningRate: learningRate,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval)
        try validateShare("warmUpFraction", warmUpFraction)
        try validateShare("flip", Double(flip))
        try validateGradientNorm(gradientNorm)
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw ConfigurationError.invalid(
                "weightDecay", expected: "0 or more", found: weightDecay)
        }
        let parts = encoder.parts.map(\.rawValue)
        guard trains.allSatisfy({ parts.contains($0.rawValue) }),
            Set(trains).count == trains.count
        else {
            throw ConfigurationError.invalid(
                "trains", expected: "parts of the encoder, each once: \(parts)",
                found: trains.map(\.rawValue))
        }
        for part in EncoderChoice.Part.allCases {
            try validateShare("partRates.\(part.rawValue)", partRates[part])
        }
        guard !encoder.seesFuture || trains.isEmpty else {
            throw ConfigurationError.invalid(
                "trains", expected: "[] with latents of clips, which are made once",
                found: trains.map(\.rawValue))
        }
    }

    /// Trains on a predictor or a tokenizer, or a head further: encoder, head and classes are then
    /// its own.
    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Segmenter> {
        guard let beginning else {
            throw ConfigurationError.invalid(
                "model", expected: "the folder of a trained predictor or tokenizer", found: "none")
        }
        guard case .segmenter(let segmenter) = beginning.model else {
            return try train(made: try encoder.encoder(of: beginning), options)
        }
        var own = self
        own.encoder = EncoderChoice(segmenter.configuration.encoder)
        own.head = segmenter.configuration.head
        own.classes = segmenter.configuration.classes
        own.initial = .pretrained
        return try own.train(made: segmenter.encoder, from: segmenter, options)
    }

    /// Trains on a tokenizer that is in memory. To resume, give the same one.
    /// - Throws: as ``Recipe/train(_:)``; `ConfigurationError` when the encoder wants a prior, or
    ///   clips are asked for and the tokenizer's temporal stride does not divide their windows;
    ///   ``TrainingError/checkpoint(path:expected:found:)`` when a run on another frozen tokenizer
    ///   is resumed.
    public func train(
        on tokenizer: VQVAE, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Segmenter> {
        try validate()
        return try train(made: try encoder.encoder(of: tokenizer), options)
    }

    /// Trains on a predictor that is in memory. To resume, give the same one.
    /// - Throws: as ``train(on:_:)-(VQVAE,_)``; `ConfigurationError` for a prior that the
    ///   encoder cannot be made of.
    public func train(
        on predictor: VideoPredictor, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Segmenter> {
        try validate()
        return try train(made: try encoder.encoder(of: predictor), options)
    }
}
