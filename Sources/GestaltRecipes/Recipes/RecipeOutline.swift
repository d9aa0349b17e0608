import GestaltModels
import GestaltVideo

/// A summary of a recipe for tables, and for the comparisons that reports draw.
///
/// What is nil is that of the model which the recipe starts from.
public struct RecipeOutline: Sendable, Equatable {
    /// The input of the head: `rgb`, `prior:hidden:2`.
    public var source: String?
    /// The network on the source.
    public var head: String?
    /// The training in words, for readers alone: `from scratch`, `trains resnet × 0.1`.
    public var regime: String
    /// The initial weights of the source.
    public var initialization: Initialization?
    /// The training of the source together with the head.
    public var training: Training?
    /// The parts of the source that are trained with the head, `resnet`; empty where all of it is,
    /// or nothing.
    public var trainedParts: [String]
    /// The examples from which the source learned before it saw labels.
    public var pretraining: Pretraining?
    /// Whether a teacher's predictions are learned.
    public var isStudent: Bool
    /// Whether frames after the one that is segmented are seen.
    public var seesFuture: Bool?
    /// Whether frames without labels take part.
    public var usesUnlabeledFrames: Bool

    public init(
        source: String?, head: String? = nil, regime: String,
        initialization: Initialization? = nil, training: Training? = nil,
        trainedParts: [String] = [], pretraining: Pretraining? = nil, isStudent: Bool = false,
        seesFuture: Bool? = nil, usesUnlabeledFrames: Bool = false
    ) {
        self.source = source
        self.head = head
        self.regime = regime
        self.initialization = initialization
        self.training = training
        self.trainedParts = trainedParts
        self.pretraining = pretraining
        self.isStudent = isStudent
        self.seesFuture = seesFuture
        self.usesUnlabeledFrames = usesUnlabeledFrames
    }

    /// The initial weights of a source.
    public enum Initialization: String, Codable, Sendable, CaseIterable {
        /// Those of a trained model.
        case pretrained
        case random
        /// The source has no weights: pixels, positions, a constant.
        case none
    }

    /// The training of a source together with the head.
    public enum Training: String, Codable, Sendable, CaseIterable {
        case frozen
        /// From the weights of a trained model.
        case fineTuned = "fine-tuned"
        case fromScratch = "from-scratch"
        /// The source has no weights.
        case none
    }

    /// The examples from which a source learned before it saw labels.
    public enum Pretraining: String, Codable, Sendable, CaseIterable {
        /// None: its initial weights are random, or it has no weights.
        case none
        /// Single pictures, which show no motion.
        case stillPictures = "still-pictures"
        case video
    }
}

extension Recipe {
    public var outline: RecipeOutline {
        RecipeOutline(
            source: nil, regime: model == nil ? "from scratch" : "trained further",
            initialization: model == nil ? .random : .pretrained,
            training: model == nil ? .fromScratch : .fineTuned)
    }
}

extension UNetRecipe {
    public var outline: RecipeOutline {
        RecipeOutline(
            source: "rgb", head: "unet", regime: model == nil ? "from scratch" : "trained further",
            initialization: model == nil ? .random : .pretrained,
            training: model == nil ? .fromScratch : .fineTuned,
            pretraining: model == nil ? RecipeOutline.Pretraining.none : nil, seesFuture: false)
    }
}

extension EncoderRecipe {
    public var outline: RecipeOutline {
        let isStill = terms.allSatisfy { $0.value == 0 || Self.stillTerms[$0.key] != nil }
        return RecipeOutline(
            source: nil, regime: model == nil ? "from scratch" : "trained further",
            initialization: model == nil ? .random : .pretrained,
            training: model == nil ? .fromScratch : .fineTuned,
            // Further training on pictures does not undo what video taught.
            pretraining: isStill ? (model == nil ? .stillPictures : nil) : .video)
    }
}

extension CodeRecipe {
    public var outline: RecipeOutline {
        RecipeOutline(
            source: nil, regime: model == nil ? "from scratch" : "trained further",
            initialization: model == nil ? .random : .pretrained,
            training: model == nil ? .fromScratch : .fineTuned, pretraining: .video)
    }
}

extension HeadRecipe {
    public var outline: RecipeOutline { outlined(head: head) }
}

extension InstanceRecipe {
    public var outline: RecipeOutline { outlined(head: head) }
}

extension HeadTraining {
    fileprivate func outlined(head: ComponentName) -> RecipeOutline {
        let type = try? encoderType
        let start = initialization
        let parts = trains.map { part in partRates[part].map { "\(part) × \($0)" } ?? part }
        let training: RecipeOutline.Training =
            start == .none
            ? .none : trains.isEmpty ? .frozen : start == .random ? .fromScratch : .fineTuned
        return RecipeOutline(
            source: encoder.description, head: head.description,
            regime: (start == .random ? "random, " : "")
                + (trains.isEmpty ? "frozen" : "trains " + parts.joined(separator: ", ")),
            initialization: start, training: training, trainedParts: trains,
            pretraining: start == .pretrained ? nil : RecipeOutline.Pretraining.none,
            seesFuture: type?.seesFuture(encoder))
    }

    /// Random also where an encoder with weights is on no model.
    private var initialization: RecipeOutline.Initialization {
        let type = try? encoderType
        let needsModel = type?.needsModel ?? false
        guard needsModel || model != nil || type?.parts.isEmpty == false else { return .none }
        return initial == .random || (model == nil && !needsModel) ? .random : .pretrained
    }
}

extension StudentRecipe {
    /// A student has the source of its teacher, and counts as trained like it.
    public var outline: RecipeOutline {
        RecipeOutline(
            source: nil, regime: rounds == 1 ? "student" : "student, \(rounds) rounds",
            isStudent: true, usesUnlabeledFrames: true)
    }
}
