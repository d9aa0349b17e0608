import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// The scoring of the models of one family as rows of a study: of classes, of instances.
///
/// A family of another package is registered with ``StudyScorings/register(_:)``; its trainings can
/// then be rows.
public protocol StudyScoring: Sendable {
    /// The name of the family.
    static var kind: String { get }
    /// Returns nil for a model of another family.
    init?(_ model: any StoredModel)
    /// The number of parameters of the model.
    var parameterCount: Int { get }
    /// The number of labels that ``labels(of:in:)`` draws from; 1 for foreground alone.
    var classes: Int { get }
    /// Whether the model sees frames after the one it segments; it is then not applied to images.
    var seesFuture: Bool { get }
    /// Opens a split with the masks that the scores need.
    func open(_ data: DataChoice, _ split: Split) throws -> DataSet
    /// Returns the scores of every N-th labeled frame.
    func scores(
        on data: DataSet, every interval: Int, _ progress: ProgressHandler?
    ) throws -> StudyResults.Scores
    /// Applies the model to images `[N, H, W, 3]`, to measure the time it takes.
    func apply(to images: Tensor<UInt8>)
    /// Returns the labels `[H, W]` of a frame, for pictures.
    func labels(of frame: Int, in clip: Clip) throws -> Tensor<UInt8>
}

/// The families of models that rows of studies may train.
public enum StudyScorings {
    public static let registry = Registry<any StudyScoring.Type>("family of models")

    /// Registers a family under its name; families that were registered earlier come first.
    /// - Throws: `RegistryError.duplicate` when the name is taken.
    public static func register<Scoring: StudyScoring>(
        _ type: Scoring.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Scoring.kind)
    }

    /// Returns the scoring of a model.
    /// - Throws: `ModelMismatch` for a model of no registered family.
    static func scoring(of opened: OpenedModel) throws(ModelMismatch) -> any StudyScoring {
        _ = registration
        for type in registry.all {
            if let scoring = type.init(opened.model) { return scoring }
        }
        throw ModelMismatch(path: opened.path, needed: .segmentation, found: opened.model.title)
    }

    private static let registration: Void = {
        // A family that a program registered earlier under this name is kept.
        try? register(MaskScoring.self)
        try? register(InstanceScoring.self)
    }()
}
