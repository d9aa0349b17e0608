import GestaltNN
import GestaltTensor
import TestSupport
import Testing

private struct LawCase: Sendable, CustomStringConvertible {
    let law: Initializer
    let deviation: Double
    let largest: Double
    var description: String { "\(law)" }
}

/// Weight `[3, 40, 60]`: fan in 120, fan out 180.
private let laws: [LawCase] = [
    LawCase(law: .constant(0.5), deviation: 0, largest: 0.5),
    LawCase(law: .uniform(limit: 0.3), deviation: 0.3 / 3.0.squareRoot(), largest: 0.3),
    LawCase(law: .normal(standardDeviation: 0.2), deviation: 0.2, largest: .infinity),
    // The standard deviation of a normal law cut at two is 0.8796 of it.
    LawCase(
        law: .truncatedNormal(standardDeviation: 0.2), deviation: 0.2 * 0.87963, largest: 0.4),
    LawCase(
        law: .glorotUniform(), deviation: (2.0 / 300).squareRoot(),
        largest: (6.0 / 300).squareRoot()),
    LawCase(law: .glorotNormal(), deviation: (2.0 / 300).squareRoot(), largest: .infinity),
    LawCase(
        law: .heUniform(), deviation: (2.0 / 120).squareRoot(), largest: (6.0 / 120).squareRoot()),
    LawCase(law: .heNormal(), deviation: (2.0 / 120).squareRoot(), largest: .infinity),
    LawCase(
        law: .fanInUniform, deviation: (1.0 / 360).squareRoot(), largest: (1.0 / 120).squareRoot()),
]

@Suite struct InitializerTests {
    @Test(arguments: laws)
    fileprivate func meanDeviationAndBoundsOfALaw(_ line: LawCase) {
        var random = RandomStream(seed: 3)
        let shape: Shape = [3, 40, 60]
        let values = line.law(shape, fan: Fan(weight: shape), random: &random).scalars
            .map { Double($0) }
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
            .squareRoot()
        let center = line.deviation == 0 ? line.largest : 0
        #expect(abs(mean - center) <= 4 * line.deviation / Double(values.count).squareRoot())
        #expect(abs(deviation - line.deviation) <= 0.03 * line.deviation)
        #expect(values.allSatisfy { abs($0) <= line.largest * (1 + Double(Float.ulpOfOne)) })
    }

    @Test(arguments: [[6, 4], [4, 6], [3, 2, 4], [5, 5]])
    func orthogonalRowsOrColumns(dimensions: [Int]) {
        var random = RandomStream(seed: 5)
        let shape = Shape(dimensions)
        let drawn = Initializer.orthogonal(gain: 2)(shape, fan: Fan(weight: shape), random: &random)
        #expect(drawn.shape == shape)
        let matrix = drawn.reshaped([-1, shape[-1]])
        let tall = matrix.shape[0] >= matrix.shape[1]
        let product =
            tall
            ? matrix.matmul(matrix, transposingFirst: true)
            : matrix.matmul(matrix, transposingSecond: true)
        let expected = Tensor<Float>.identity(product.shape[0]) * 4
        let bound = sumTolerance(Float.self, length: 6, magnitude: 16)
        #expect(difference(product, expected, within: bound) == nil)
    }

    @Test func theSameStreamGivesTheSameLayerAndMovesOn() {
        var (first, second) = (RandomStream(seed: 1), RandomStream(seed: 1))
        let a = Linear(4, 4, random: &first)
        let b = Linear(4, 4, random: &second)
        let c = Linear(4, 4, random: &second)
        #expect(a.weight == b.weight && a.bias == b.bias)
        #expect(b.weight != c.weight)
    }
}
