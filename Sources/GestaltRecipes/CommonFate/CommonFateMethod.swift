import GestaltIO
import GestaltModels
import GestaltTensor

/// A way to segment a frame by forecast motion alone, without labels.
///
/// What moves together belongs together: a model that forecasts a frame's futures has to know its
/// movable parts. A method reads them off. Once registered (``CommonFateMethods/register(_:)``), a
/// method of kind `change` is named by `gestalt evaluate --common-fate change:8`, and by studies.
public protocol CommonFateMethod: Sendable {
    /// The first word of its names.
    static var kind: String { get }
    /// The forms of its names, for help.
    static var forms: [FeatureForm] { get }
    /// - Throws: `ConfigurationError` with the expected form.
    init(named name: ComponentName) throws
    /// The number of futures of a frame that it reads; nil, the default, for as many as there are.
    var usedSamples: Int? { get }
    /// Returns how strongly each pixel is expected to move.
    /// - Throws: errors of further predictions.
    func evidence(in scene: ForecastScene) throws -> MotionEvidence
}

extension CommonFateMethod {
    public var usedSamples: Int? { nil }
}

/// The methods by name.
public enum CommonFateMethods {
    public static let registry = Registry<any CommonFateMethod.Type>("common-fate method")

    /// Registers a method under its kind, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Method: CommonFateMethod>(
        _ type: Method.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Method.kind)
    }

    /// Returns the method of a name.
    /// - Throws: `RegistryError.unknown` with the known kinds, `ConfigurationError` with the
    ///   expected form.
    public static func method(named name: ComponentName) throws -> any CommonFateMethod {
        BuiltIns.register()
        return try registry.entry(named: name.kind).init(named: name)
    }

    /// Registers the methods of this module.
    static func registerBuiltIns() {
        // A kind that a program registered earlier under this name is kept.
        try? register(ForecastChange.self)
        try? register(ForecastFlow.self)
        try? register(MotionCorrelation.self)
        try? register(CounterfactualPoke.self)
    }
}

extension ComponentName {
    /// Returns the only argument of a method's name, or `usual` without any.
    func onlyNumber(_ range: ClosedRange<Int>, usual: Int, grammar: String) throws -> Int {
        var arguments = arguments
        guard !words.isEmpty else { return usual }
        guard let number = arguments.number(in: range) else {
            throw arguments.error("common-fate method", grammar: grammar)
        }
        try arguments.finish("common-fate method", grammar: grammar)
        return number
    }
}
