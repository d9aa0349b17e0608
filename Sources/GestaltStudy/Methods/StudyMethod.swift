import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

/// A row of a study that is not a training: a constant mask, a probe in closed form, masks without
/// labels.
///
/// Its settings are its Codable properties, and part of what determines a run. A method of another
/// package is registered with ``StudyMethods/register(_:)``.
public protocol StudyMethod: Codable, Sendable {
    /// The name of the kind in a study.
    static var kind: String { get }
    /// The method with default settings.
    static var usual: Self { get }
    /// Its source, head and regime, in the words of a table; what is nil is that of `start`.
    var outline: RecipeOutline { get }
    /// The model that it reads, by its path; nil, the default, for none.
    var start: String? { get }
    /// Whether scores depend on the number of labels: then there is a run for each number, else a
    /// single one.
    var usesLabels: Bool { get }
    /// Whether anything is drawn at random: then there is a run for each seed, else a single one.
    var usesSeed: Bool { get }
    /// - Throws: `ConfigurationError` with the invalid key.
    func validate() throws(ConfigurationError)
    /// Returns the scores of each split.
    func scores(_ task: StudyMethodTask) throws -> [StudyResults.Scores]
}

extension StudyMethod {
    public var start: String? { nil }
    public var usesLabels: Bool { true }
    public var usesSeed: Bool { false }
    public func validate() throws(ConfigurationError) {}
}

/// The input of a method: data, splits to score, labels and seed.
public struct StudyMethodTask: Sendable {
    public let data: DataChoice
    /// The splits to score.
    public let splits: [Split]
    /// Every N-th labeled frame of a clip is scored.
    public let every: Int
    /// The number of labeled training frames, see `LabeledFrames.spread`; nil for all.
    public let labels: Int?
    public let seed: UInt64
    /// Latents that trainings and methods share.
    public let latents: (any LatentStore)?
    /// Called with the progress of work; its error ends it.
    public let progress: ProgressHandler

    /// Returns a split with masks.
    /// - Parameter classes: as for `DataChoice.open`.
    public func open(_ split: Split, classes: Int? = nil) throws -> DataSet {
        try data.open(split, masks: .required, classes: classes)
    }
}

/// The kinds of methods in studies.
public enum StudyMethods {
    /// Makes a method from its settings.
    public typealias Reader =
        @Sendable (_ settings: [String: JSONTree]) throws -> any StudyMethod

    public static let registry = Registry<Reader>("kind of method")

    /// Registers a method under its kind.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Method: StudyMethod>(
        _ type: Method.Type
    ) throws(RegistryError) {
        try registry.register({ try read(type, $0) }, as: Method.kind)
    }

    private static func read<Method: StudyMethod>(
        _ type: Method.Type, _ settings: [String: JSONTree]
    ) throws -> any StudyMethod {
        let method = try StrictJSON.changed(Method.usual, by: settings)
        try method.validate()
        return method
    }

    /// Returns the method of a study, whose references are paths.
    /// - Throws: `ConfigurationError` for an unknown kind, with the known ones, and for settings
    ///   that do not fit.
    static func method(_ choice: Study.Training) throws -> any StudyMethod {
        _ = registration
        guard let reader = registry[choice.kind] else {
            throw ConfigurationError.invalid(
                "kind", expected: "one of " + registry.names.joined(separator: ", "),
                found: choice.kind)
        }
        return try reader(choice.settings)
    }

    private static let registration: Void = {
        BuiltIns.register()
        // A kind that a program registered earlier under this name is kept.
        try? register(MeanMaskMethod.self)
        try? register(ForecastMotionMethod.self)
        try? register(FeaturePropagationMethod.self)
    }()
}
