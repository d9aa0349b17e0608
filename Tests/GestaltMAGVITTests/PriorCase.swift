import GestaltFiles
import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// A prior of the fixtures, as their manifest states it.
struct PriorCase: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: MaskedPriorConfiguration
    let decoding: MaskedDecoding
    var testDescription: String { file }

    static let all = [
        PriorCase(
            file: "prior-commit",
            configuration: tiny(
                classes: 3, heads: 3, .post, .table, segments: false, .commit,
                MaskObjective(smoothing: 1e-4, visible: 1, byDistance: false)),
            decoding: MaskedDecoding(steps: 6, guidance: 0.7)),
        PriorCase(
            file: "prior-prefix",
            configuration: tiny(
                classes: 0, heads: 2, .post, .axes, segments: false, .prefix,
                MaskObjective(smoothing: 0.1, visible: 1, byDistance: false)),
            decoding: MaskedDecoding(steps: 8)),
        PriorCase(
            file: "prior-still",
            configuration: tiny(
                classes: 0, heads: 2, .pre, .axes, segments: true, .still,
                MaskObjective(smoothing: 1e-4, visible: 0.5, byDistance: true)),
            decoding: MaskedDecoding(steps: 6, temperature: 0.8, confidenceNoise: 2)),
    ]

    private static func tiny(
        classes: Int, heads: Int, _ norm: MaskedPriorConfiguration.NormPlace,
        _ positions: MaskedPriorConfiguration.Positions, segments: Bool,
        _ condition: MaskCondition.Mode, _ objective: MaskObjective
    ) -> MaskedPriorConfiguration {
        MaskedPriorConfiguration(
            codes: 24, classes: classes, grid: Extent3(time: 3, height: 4, width: 4), width: 24,
            heads: heads, layers: 2, hiddenWidth: 48, norm: norm, positions: positions,
            segments: segments, condition: condition, dropout: 0, objective: objective)
    }

    func prior(_ fixture: MagvitFixture) throws -> MaskedPrior {
        var random = RandomStream(seed: 0)
        var prior = MaskedPrior(configuration, random: &random)
        var reader = WeightReader(weights: try fixture.tensors(below: "weights/"))
        prior.visit(&reader)
        precondition(reader.weights.isEmpty, "not read: \(reader.weights.keys)")
        return prior
    }

    func condition(_ fixture: MagvitFixture) throws -> MaskCondition {
        let tokens = try fixture.integers("condition")
        return MaskCondition(
            configuration.condition, regionCells: configuration.sliceCells,
            tokens: (0..<tokens.shape[0]).map { tokens[$0].scalars })
    }

    /// The classes of the samples; nil for none.
    func classes(_ fixture: MagvitFixture) throws -> [Int32]? {
        guard configuration.classes > 0 else { return nil }
        return try fixture.integers("classes").scalars.map { $0 - Int32(configuration.codes) }
    }

    /// The masks of a batch from its ratios and scores.
    func draws(
        _ fixture: MagvitFixture, ratios: [Double], scores: Tensor<Float>, corrupts: Bool
    ) throws -> [MaskDraw] {
        let condition = try condition(fixture)
        let corrupted = corrupts ? try fixture.mask("corrupted") : []
        let codes = corrupts ? try fixture.integers("replacements").scalars : []
        let cells = configuration.cells
        return ratios.indices.map { sample in
            MaskDraw(
                ratio: ratios[sample], scores: scores[sample].scalars, condition,
                schedule: .cosine,
                replacements: corrupts
                    ? (0..<cells).map {
                        corrupted[sample * cells + $0] ? codes[sample * cells + $0] : nil
                    } : nil)
        }
    }
}
