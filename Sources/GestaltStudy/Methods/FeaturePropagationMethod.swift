import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// The labels of a clip's first frame in its other frames, by the similarity of an encoder's
/// features, see `FeaturePropagation`.
///
/// It needs the true labels of the first frame of every clip that is scored, so its scores stand
/// apart from those of single frames: J and F, no IoU.
public struct FeaturePropagationMethod: StudyMethod {
    public static let kind = "propagation"
    public static let usual = FeaturePropagationMethod(encoder: "rgb")

    /// The name of an encoder: `dense`, `resnet:4`.
    public var encoder: ComponentName
    /// The path of the model that the encoder is of; in a study `@NAME`. Nil for an encoder without
    /// weights.
    public var model: String?
    public var propagation: PropagationSettings

    public init(
        encoder: ComponentName, model: String? = nil,
        propagation: PropagationSettings = PropagationSettings()
    ) {
        (self.encoder, self.model, self.propagation) = (encoder, model, propagation)
    }

    public var outline: RecipeOutline {
        RecipeOutline(
            source: encoder.description, head: Self.kind, regime: "propagation",
            initialization: model == nil ? RecipeOutline.Initialization.none : .pretrained,
            training: model == nil ? RecipeOutline.Training.none : .frozen,
            pretraining: model == nil ? RecipeOutline.Pretraining.none : nil,
            seesFuture: (try? Encoders.type(of: encoder))?.seesFuture(encoder))
    }
    public var start: String? { model }
    public var usesLabels: Bool { false }

    public func validate() throws(ConfigurationError) {
        do throws(ConfigurationError) { try propagation.validate() } catch {
            throw error.below("propagation")
        }
        try Encoders.type(of: encoder).validate(encoder)
    }

    public func scores(_ task: StudyMethodTask) throws -> [StudyResults.Scores] {
        var random = RandomStream(seed: task.seed)
        let encoder: any StoredEncoder =
            try model.map { try OpenedModel(at: $0).encoder(named: self.encoder, random: &random) }
            ?? Encoders.type(of: self.encoder).init(
                named: self.encoder, on: nil, random: &random)
        return try task.splits.map { split in
            let report = try PropagationReport(
                of: encoder, on: task.open(split), propagation, progress: task.progress)
            let defined = report.metrics.filter { !$0.value.isNaN }
            return StudyResults.Scores(
                split: split, masks: nil,
                measures: Dictionary(uniqueKeysWithValues: defined.map { ($0.name, $0.value) }))
        }
    }
}
