import Foundation
import GestaltTensor
import TestSupport

private typealias Body = @Sendable ([Fused<Double>]) -> Fused<Double>
private typealias Reference = @Sendable ([Double]) -> Double

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
private func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }

private let chains: [(name: String, body: Body, reference: Reference)] = [
    (
        "gelu(a x + b) + y", { ($0[0] * 1.01 + 0.1).gelu() + $0[1] },
        { gelu($0[0] * 1.01 + 0.1) + $0[1] }
    ),
    ("y + x", { $0[1] + $0[0] }, { $0[1] + $0[0] }),
    ("x y − y", { $0[0] * $0[1] - $0[1] }, { $0[0] * $0[1] - $0[1] }),
    ("x / (2 + y²)", { $0[0] / (2 + $0[1].squared()) }, { $0[0] / (2 + $0[1] * $0[1]) }),
    (
        "(1 − x) / 3 − 2 / (y + 5)", { (1 - $0[0]) / 3 - 2 / ($0[1] + 5) },
        { (1 - $0[0]) / 3 - 2 / ($0[1] + 5) }
    ),
    (
        "s s + s, s = silu(x + y)",
        {
            let s = ($0[0] + $0[1]).silu()
            return s * s + s
        },
        {
            let s = ($0[0] + $0[1]) * sigmoid($0[0] + $0[1])
            return s * s + s
        }
    ),
    ("x alone", { v in v[0].tanh() }, { tanh($0[0]) }),
    (
        "x itself, unused steps",
        {
            _ = $0[1].exp()
            return $0[0]
        }, { $0[0] }
    ),
    (
        "√(e^x + log(3 + y)) σ(y)",
        { ($0[0].exp() + ($0[1] + 3).log()).squareRoot() * $0[1].sigmoid() },
        { (exp($0[0]) + log($0[1] + 3)).squareRoot() * sigmoid($0[1]) }
    ),
    (
        "−x + gelu tanh(x − x y)", { -$0[0] + ($0[0] - $0[0] * $0[1]).gelu(.sigmoid) },
        {
            let z = $0[0] - $0[0] * $0[1]
            return -$0[0] + z * sigmoid(1.702 * z)
        }
    ),
]

/// Equal shapes; a bias, one number, and both ways round; rows longer than a block; an operand that
/// must be copied; nothing at all.
private let shapes: [[Shape]] = [
    [[3, 5], [3, 5]], [[2, 3, 4], [4]], [[2, 3], []], [[3], [2, 1, 3]], [[1, 4], [4]],
    [[2, 1100], [1100]], [[2, 3, 4], [2, 1, 4]], [[0, 3], [3]], [[2, 2, 3], [2, 3]],
]

let fusedCases: [GradientCase] = chains.flatMap { chain in
    shapes.map { shapes in
        GradientCase(
            "fused \(chain.name)",
            inputs: [
                .sample(shapes[0], seed: 3, in: -1...1), .sample(shapes[1], seed: 4, in: -1...1),
            ],
            reference: { v in
                .built(v[0].shape.broadcast(with: v[1].shape)!) { index in
                    chain.reference(
                        v.map { x in
                            x.at(zip(index.suffix(x.rank), x.shape).map { $1 == 1 ? 0 : $0 })
                        })
                }
            },
            { v in fused(v[0], v[1]) { chain.body([$0, $1]) } })
    }
}
