import GestaltChecks
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor

/// The configuration of a predictor of any registered kind, as an encoder stores it, with the sizes
/// of its clips.
///
/// JSON: `{"kind": "predictor", "configuration": {…}}`.
public struct AnyPredictorConfiguration: Codable, Sendable, Equatable {
    public let value: any ModelConfiguration
    /// The sizes of the predictor's clips.
    public let clipSizes: ClipSizes
    /// The number of frames, rows and columns of a clip per code.
    public let strides: Extent3
    /// The channels of a code's embedding.
    public let embeddingWidth: Int
    private let predictorType: any ClipPredictor.Type

    public init(_ predictor: some ClipPredictor) {
        value = predictor.configuration
        clipSizes = predictor.clipSizes
        strides = predictor.tokenizer.configuration.strides
        embeddingWidth = predictor.tokenizer.configuration.embeddingWidth
        predictorType = type(of: predictor)
    }

    /// Returns a predictor with initial weights.
    public func predictor(random: inout RandomStream) -> any ClipPredictor {
        func made<Predictor: ClipPredictor>(_ type: Predictor.Type) -> any ClipPredictor {
            guard let configuration = value as? Predictor.Configuration else {
                stop("AnyPredictorConfiguration: \(value) is not of \(type)")
            }
            return Predictor(configuration, random: &random)
        }
        return made(predictorType)
    }

    public init(from decoder: any Decoder) throws {
        let value = try Tagged.decode(from: decoder) { kind in
            func configuration<Predictor: ClipPredictor>(
                _ type: Predictor.Type
            ) -> any ModelConfiguration.Type { Predictor.Configuration.self }
            return configuration(try Self.registeredType(of: kind))
        }
        try value.validate()
        func kind<Value: ModelConfiguration>(of value: Value) -> String { Value.kind }
        func described<Predictor: ClipPredictor>(_ type: Predictor.Type) -> Self? {
            guard let configuration = value as? Predictor.Configuration else { return nil }
            var random = RandomStream.placeholders
            return Self(Predictor(configuration, random: &random))
        }
        guard let found = described(try Self.registeredType(of: kind(of: value))) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a video predictor"))
        }
        self = found
    }

    /// Returns the type of a kind.
    private static func registeredType(of kind: String) throws -> any ClipPredictor.Type {
        let registry = ModelKinds.registry
        guard let type = registry[kind] as? any ClipPredictor.Type else {
            throw RegistryError.unknown(
                subject: "video predictor", name: kind,
                known: registry.names.filter { registry[$0] is any ClipPredictor.Type })
        }
        return type
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}
