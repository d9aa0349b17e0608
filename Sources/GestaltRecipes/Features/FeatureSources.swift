import GestaltIO
import GestaltModels
import GestaltVideo

/// The kinds of latents of clips that can be named. Other names are those of ``Encoders``, which
/// are applied to the first frame of each clip.
public enum FeatureSources {
    public static let registry = Registry<any NamedFeatureSource.Type>("feature source")

    /// Registers a source under its kind, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Source: NamedFeatureSource>(
        _ type: Source.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Source.kind)
    }

    /// Returns the source that a name is one of; nil for the name of an encoder.
    private static func type(of name: ComponentName) -> (any NamedFeatureSource.Type)? {
        BuiltIns.register()
        guard let type = registry[name.kind], type.accepts(name) else { return nil }
        return type
    }

    /// Checks a name without a model.
    /// - Throws: an error that contains the expected form.
    public static func validate(_ name: ComponentName) throws {
        if let type = type(of: name) { return try type.validate(name) }
        guard !name.words.contains("skips") else {
            throw ConfigurationError.invalid(
                "encoder", expected: "no skips: finer stages are for heads, an array is one stage",
                found: "\(name)")
        }
        try Encoders.type(of: name).validate(name)
    }

    /// Whether the features of a name depend on ``FeatureConditions``.
    public static func isConditioned(_ name: ComponentName) -> Bool {
        type(of: name)?.isConditioned ?? false
    }

    /// Whether the latents of a name are those of a trained model, which has to be opened for them.
    public static func needsModel(_ name: ComponentName) -> Bool {
        type(of: name) != nil || Encoders.known(name)?.needsModel ?? true
    }

    /// Returns the source of a name on a model.
    /// - Parameter model: nil for an encoder that needs none, see ``needsModel(_:)``.
    /// - Throws: as `NamedFeatureSource.init(named:on:)`, and as
    ///   ``OpenedModel/encoder(named:random:)``; `ModelInputError` where a model is needed.
    public static func source(
        named name: ComponentName, on model: OpenedModel?
    ) throws -> any FeatureSource {
        guard let type = type(of: name) else {
            return try EncoderFeatures(named: name, on: model)
        }
        guard let model else {
            throw ModelInputError("model", expected: "one for \(name)", found: "none")
        }
        return try type.init(named: name, on: model)
    }

    /// Registers the sources of this module.
    static func registerBuiltIns() {
        // A kind that a program registered earlier under this name is kept.
        try? register(TokenizerFeatures.self)
        try? register(FrameEncoderFeatures.self)
        try? register(PriorFeatures.self)
    }
}
