import GestaltFiles
import GestaltNN
import GestaltTensor

/// A model that can be stored in a folder: `config.json`, `model.safetensors`, `README.md`.
///
/// Registered with ``ModelKinds``, it is opened by its kind from folders, checkpoints and runs.
public protocol StoredModel: Module {
    associatedtype Configuration: ModelConfiguration
    var configuration: Configuration { get }
    init(_ configuration: Configuration, random: inout RandomStream)
    /// The model as a noun phrase, to complete “RUN is …”: `a video tokenizer`.
    var title: String { get }
}

extension StoredModel {
    public var title: String { "a \(Configuration.kind)" }
    /// The kind of the model's configuration.
    public var kind: String { Configuration.kind }
}

extension StoredModel {
    /// Reads a model that ``write(to:storage:card:)`` wrote.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ModelFolderError``, ``StateMismatch``, also
    ///   for weights that are not finite, and errors of the configuration's `validate()`, all with
    ///   the file and the expected content.
    public init(folder path: String) throws {
        let folder = ModelFolder(path)
        let configuration = try folder.configuration(Configuration.self)
        var random = RandomStream.placeholders
        self.init(configuration, random: &random)
        let expected = state.map { (name: $0.path, shape: $0.value.shape) }
        let tensors = try folder.tensors(expected)
        let broken = zip(expected, tensors).filter { _, tensor in
            !tensor.withScalars { $0.allSatisfy(\.isFinite) }
        }
        guard broken.isEmpty else {
            throw StateMismatch(
                path: folder.weightsPath,
                problems: broken.map { "\($0.0.name): numbers that are not finite" })
        }
        var places = tensors.makeIterator()
        mapState { _, current in places.next() ?? current }
    }

    /// Writes configuration, weights and card into the folder `path`, each file atomically.
    /// - Parameters:
    ///   - storage: the element type of the stored weights; bfloat16 halves the file and rounds
    ///     them.
    ///   - card: a model card in Markdown; nil writes one with sizes and usage only.
    public func write(
        to path: String, storage: WeightStorage = .float32, card: String? = nil
    ) throws {
        try ModelFolder(path).write(
            configuration, tensors: state.map { (name: $0.path, tensor: $0.value) },
            storage: storage, card: card ?? plainCard)
    }

    private var plainCard: String {
        """
        # \(Configuration.kind)

        A model of Gestalt with \(parameterCount) parameters. `config.json` defines its \
        architecture, `model.safetensors` holds its weights by their paths in the model.

        """
    }
}
