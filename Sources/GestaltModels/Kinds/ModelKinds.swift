import GestaltIO

/// The kinds of stored models that can be opened by the name in their `config.json`.
///
/// ```swift
/// try ModelKinds.register(PatchTokenizer.self)
/// ```
/// Folders, checkpoints and runs of this model can then be opened everywhere by their kind.
public enum ModelKinds {
    public static let registry = Registry<any StoredModel.Type>("kind of model")

    /// Registers a model under the kind of its configuration.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Model: StoredModel>(
        _ type: Model.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Model.Configuration.kind)
    }

    /// Returns the model type of a kind.
    /// - Parameter path: the file that names the kind.
    /// - Throws: ``ModelFolderError/wrongKind(path:expected:found:)`` that lists the known kinds.
    public static func type(
        _ kind: String, in path: String
    ) throws(ModelFolderError) -> any StoredModel.Type {
        guard let type = registry[kind] else {
            throw .wrongKind(
                path: path, expected: registry.names.joined(separator: "”, “"), found: kind)
        }
        return type
    }
}
