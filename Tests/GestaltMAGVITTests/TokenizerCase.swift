import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// A tokenizer of the fixtures, as their manifest states it.
struct TokenizerCase: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: MagvitConfiguration
    /// The metrics behind the total and the reconstruction in the columns of its training curve,
    /// with the factor on each.
    let columns: [(name: String, factor: Float)]
    var testDescription: String { file }

    static let all = [
        TokenizerCase(
            file: "tokenizer-fsq",
            configuration: tiny(FiniteScalarQuantizer.Configuration(levels: [8, 6, 5])),
            columns: []),
        TokenizerCase(
            file: "tokenizer-lfq",
            configuration: tiny(
                LookupFreeQuantizer.Configuration(bits: 6, inverseTemperature: 2)),
            columns: [("token_entropy", 0.1), ("mean_entropy", -0.1), ("commitment", 1)]),
        TokenizerCase(
            file: "tokenizer-vq",
            configuration: tiny(
                VectorQuantizerConfiguration(
                    codes: 32, width: 4, .init(isUnit: true, temperature: 0.2)),
                timeStrides: [1, 2], past: .first),
            columns: [("commitment", 1), ("codebook", 1), ("entropy", 1)]),
    ]

    private static func tiny(
        _ quantizer: any QuantizerConfiguration, timeStrides: [Int] = [2, 2],
        past: MagvitConfiguration.Past = .zeros
    ) -> MagvitConfiguration {
        MagvitConfiguration(
            width: 4, multipliers: [1, 2, 2], timeStrides: timeStrides, groups: 2, past: past,
            quantizer: quantizer)
    }

    func tokenizer(_ fixture: MagvitFixture) throws -> MagvitTokenizer {
        var random = RandomStream(seed: 0)
        var tokenizer = MagvitTokenizer(configuration, random: &random)
        var reader = WeightReader(weights: try fixture.tensors(below: "weights/"))
        tokenizer.visit(&reader)
        precondition(reader.weights.isEmpty, "not read: \(reader.weights.keys)")
        return tokenizer
    }
}

/// Replaces every parameter by the fixture's of its name.
struct WeightReader: PathVisitor {
    var prefix = ""
    var weights: [String: Tensor<Float>]

    init(weights: [String: Tensor<Float>]) { self.weights = weights }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        let found = weights.removeValue(forKey: fixtureName(path))!
        precondition(found.shape == value.shape, "\(path): \(found.shape), \(value.shape)")
        value = found
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {}
}

/// The fixtures' name of a parameter: the codebook stands beside encoder and decoder.
func fixtureName(_ path: String) -> String { path == "quantizer.embeddings" ? "codebook" : path }
