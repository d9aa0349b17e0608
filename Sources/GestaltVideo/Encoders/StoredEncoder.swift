import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor

/// The configuration of a ``StoredEncoder``.
public protocol EncoderConfiguration: ModelConfiguration {
    /// The size of a latent grid cell in pixels of the frame.
    var stride: Int { get }
    /// The only frame size accepted; `nil` for every size that the
    /// encoder's ``VisualEncoder/sizeMultiple`` divides.
    var frameSize: (height: Int, width: Int)? { get }
    /// The encoder's ``VisualEncoder/readsClips``; by default false.
    var readsClips: Bool { get }
    /// Returns an encoder with initial weights.
    func encoder(random: inout RandomStream) -> any StoredEncoder
}

extension EncoderConfiguration {
    public var frameSize: (height: Int, width: Int)? { nil }
    public var readsClips: Bool { false }
}

/// A visual encoder that a segmenter is stored with, and that recipes and commands find by name.
///
/// ```swift
/// try Encoders.register(HistogramEncoder.self)          // --encoder histogram:16
/// ```
public protocol StoredEncoder: VisualEncoder, StoredModel
where Configuration: EncoderConfiguration {
    /// The form of its names, for help and errors: `prior:hidden:LAYER[:skips]`.
    static var grammar: String { get }
    /// The paths below the encoder that can be trained or frozen separately; by default none.
    static var parts: [String] { get }
    /// The parts that a head trains along by default, with the factor on their learning rate; by
    /// default none.
    static var trainedParts: [String: Double] { get }
    /// The name of the head for it by default: `convolutional`.
    static var usualHead: ComponentName { get }
    /// Creates the encoder of a name.
    ///
    /// - Parameters:
    ///   - model: the trained model that the encoder is a part of; `nil` when none was named.
    ///   - random: the source of initial weights where the encoder has weights of its own.
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar`` or the model;
    ///   `ModelMismatch` for a model of another kind or when one is missing.
    init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws
    /// The name that creates this encoder.
    var name: ComponentName { get }
    /// Whether the encoder is a part of a trained model, which has to be named with it; by default
    /// not.
    static var needsModel: Bool { get }
    /// Whether the encoder of a name sees later frames than the one whose mask is predicted; by
    /// default not.
    static func seesFuture(_ name: ComponentName) -> Bool
    /// Checks a name without a model.
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar``.
    static func validate(_ name: ComponentName) throws(ConfigurationError)
}

extension StoredEncoder {
    public static var parts: [String] { [] }
    public static var trainedParts: [String: Double] { [:] }
    public static var usualHead: ComponentName { "convolutional" }
    public static var needsModel: Bool { false }
    public static func seesFuture(_ name: ComponentName) -> Bool { false }
    public static func validate(_ name: ComponentName) throws(ConfigurationError) {}
    public var title: String { "an encoder (\(name))" }
}

/// The kinds of encoders that can be named.
public enum Encoders {
    public static let registry = Registry<any StoredEncoder.Type>("encoder")

    /// Registers an encoder under the kind of its configuration: the first word of its names, or
    /// the first two with a colon between them.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Encoder: StoredEncoder>(
        _ type: Encoder.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Encoder.Configuration.kind)
    }

    /// Returns the encoder type of a name; nil for an unknown one. A kind of two words,
    /// `prior:samples`, precedes one of the first word alone.
    public static func known(_ name: ComponentName) -> (any StoredEncoder.Type)? {
        let longer = name.words.first.flatMap { registry["\(name.kind):\($0)"] }
        return longer ?? registry[name.kind]
    }

    /// Returns the forms of all names that begin with a word.
    public static func grammar(of word: String) -> String {
        registry.names.filter { $0.split(separator: ":").first.map(String.init) == word }
            .compactMap { registry[$0]?.grammar }.joined(separator: ", ")
    }

    /// Returns the encoder type of a name.
    /// - Throws: `ConfigurationError` that lists the forms of all known encoders.
    public static func type(
        of name: ComponentName
    ) throws(ConfigurationError) -> any StoredEncoder.Type {
        guard let type = known(name) else {
            throw .invalid(
                "encoder", expected: registry.all.map { $0.grammar }.joined(separator: ", "),
                found: "\(name)")
        }
        return type
    }
}

/// The configuration of an encoder of any registered kind, as a segmenter stores it.
///
/// JSON: `{"kind": "prior", "configuration": {…}}`.
public struct AnyEncoderConfiguration: Codable, Sendable, Equatable {
    public var value: any EncoderConfiguration

    public init(_ value: any EncoderConfiguration) { self.value = value }

    public init(from decoder: any Decoder) throws {
        value = try Tagged.decode(
            (any EncoderConfiguration).self, "an encoder", from: decoder
        ) { kind in
            func configuration<Encoder: StoredEncoder>(
                _ type: Encoder.Type
            ) -> any ModelConfiguration.Type { Encoder.Configuration.self }
            return configuration(try Encoders.registry.entry(named: kind))
        }
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}
