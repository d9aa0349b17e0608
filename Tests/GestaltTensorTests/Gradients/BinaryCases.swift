import Foundation
import GestaltTensor
import TestSupport

let binaryCases: [GradientCase] = arithmeticCases + selectionCases + scalarCases

private typealias Function = @Sendable (Tensor<Double>, Tensor<Double>) -> Tensor<Double>

/// Pairs of shapes that meet in every form a broadcast pass knows.
private let shapePairs: [(Shape, Shape)] = [
    ([3, 4], [3, 4]), ([3, 4], []), ([], [3, 4]), ([3, 4], [4]), ([3, 4], [3, 1]),
    ([3, 1], [1, 4]),
    ([2, 3, 4], [2, 1, 4]), ([2, 1, 3, 1], [4, 1, 5]), ([1], [1, 1]), ([0, 3], [3]),
    ([2, 0], [2, 1]),
    ([], []),
]

private let arithmeticCases: [GradientCase] = {
    let operations: [(String, Function, @Sendable (Double, Double) -> Double)] = [
        ("+", { $0 + $1 }, { $0 + $1 }),
        ("-", { $0 - $1 }, { $0 - $1 }),
        ("*", { $0 * $1 }, { $0 * $1 }),
        ("/", { $0 / $1 }, { $0 / $1 }),
        ("power", { $0.power($1) }, { pow($0, $1) }),
        ("maximum", { $0.maximum($1) }, { max($0, $1) }),
        ("minimum", { $0.minimum($1) }, { min($0, $1) }),
        ("%", { $0 % $1 }, { fmod($0, $1) }),
        ("atan2", { $0.atan2($1) }, { atan2($0, $1) }),
        ("hypot", { $0.hypot($1) }, { hypot($0, $1) }),
        ("xlogy", { $0.xlogy($1) }, { $0 * log($1) }),
    ]
    return shapePairs.flatMap { a, b in
        operations.map { name, function, reference in
            GradientCase(
                name,
                inputs: [.sample(a, seed: 3, in: 0.4...2.4), .sample(b, seed: 5, in: 0.5...2)],
                reference: { naiveBroadcast($0[0], $0[1], reference) },
                { function($0[0], $0[1]) })
        }
    }
}()

private let scalarCases: [GradientCase] = [
    GradientCase("scalar forms", inputs: [.sample([2, 3], in: 0.5...2)]) { v in
        let numerator = (2 - v[0]) * 3
        let denominator = 1 + v[0] * 0.5
        let last = (1 / v[0] - 4) / 2
        return numerator / denominator + last
    },
    GradientCase("one value used often", inputs: [.sample([2, 3])]) { v in
        var sum = v[0]
        sum += v[0] * v[0]
        sum *= v[0]
        sum -= v[0].transposed().transposed()
        sum /= v[0] * v[0] + 1
        return sum
    },
]

private let selectionCases: [GradientCase] = shapePairs.map { a, b in
    let shape = a.broadcast(with: b)!
    let mask = Tensor<Double>.sample(shape, seed: 9) .> 0
    return GradientCase(
        "replacing", inputs: [.sample(a, seed: 3), .sample(b, seed: 5)],
        reference: { x in
            let first = naiveBroadcast(x[0], x[1]) { p, _ in p }
            let second = naiveBroadcast(x[0], x[1]) { _, q in q }
            return .built(shape) { mask.at($0) ? second.at($0) : first.at($0) }
        },
        { $0[0].replacing(with: $0[1], where: mask) })
}
