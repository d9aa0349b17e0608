import GestaltIO
import GestaltModels

/// The configuration of a tokenizer of any registered kind, as a predictor or a recipe stores it.
///
/// JSON: `{"kind": "vqvae", "configuration": {…}}`.
public struct AnyTokenizerConfiguration: Codable, Sendable, Equatable, CustomStringConvertible {
    public var value: any VideoTokenizerConfiguration

    public init(_ value: any VideoTokenizerConfiguration) { self.value = value }

    public var strides: Extent3 { value.strides }
    public var clipLengths: ClipLengths { value.clipLengths }
    public var codeCount: Int { value.codeCount }
    public var embeddingWidth: Int { value.embeddingWidth }
    public var description: String { value.summary }

    /// Returns the configuration as a known type; `nil` for another kind.
    public func `as`<Configuration: VideoTokenizerConfiguration>(
        _ type: Configuration.Type
    ) -> Configuration? { value as? Configuration }

    /// Returns the grid of codes of a clip; see `VideoTokenizerConfiguration`.
    public func latentShape(time: Int, height: Int, width: Int) throws(TokenizerError) -> [Int] {
        try value.latentShape(time: time, height: height, width: width)
    }

    public init(from decoder: any Decoder) throws {
        value = try Tagged.decode(
            (any VideoTokenizerConfiguration).self, "the kind of a video tokenizer", from: decoder
        ) { kind in
            guard let type = ModelKinds.registry[kind] as? any VideoTokenizer.Type else {
                throw RegistryError.unknown(
                    subject: "tokenizer", name: kind,
                    known: ModelKinds.registry.names.filter {
                        ModelKinds.registry[$0] is any VideoTokenizer.Type
                    })
            }
            func configuration<Model: StoredModel>(
                _ type: Model.Type
            ) -> any ModelConfiguration.Type { Model.Configuration.self }
            return configuration(type)
        }
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}
