import Foundation
import GestaltTensor
import TestSupport

private typealias Function = @Sendable (Tensor<Double>, [Int]?, Bool) -> Tensor<Double>

private let shapesAndAxes: [(Shape, [Int]?)] = [
    ([3, 4], [1]), ([3, 4], [0]), ([3, 4], nil), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]),
    ([2, 3, 2, 3], [-1, 1]), ([2, 3], []), ([4, 1], [1]), ([1, 4], [0]), ([], nil), ([5], [0]),
    ([130, 3], [0]), ([3, 130], [1]), ([0, 3], [1]),
]

private func variance(_ x: [Double]) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
}

let reductionCases: [GradientCase] = specialReductions + generalReductions

private let generalReductions: [GradientCase] = {
    let operations: [(String, Function, @Sendable ([Double]) -> Double)] = [
        ("sum", { $0.sum(axes: $1, keepingAxes: $2) }, { $0.reduce(0, +) }),
        ("mean", { $0.mean(axes: $1, keepingAxes: $2) }, { $0.reduce(0, +) / Double($0.count) }),
        ("max", { $0.max(axes: $1, keepingAxes: $2) }, { $0.max()! }),
        ("min", { $0.min(axes: $1, keepingAxes: $2) }, { $0.min()! }),
        ("variance", { $0.variance(axes: $1, keepingAxes: $2) }, { variance($0) }),
        (
            "product", { ($0 * 0.5).product(axes: $1, keepingAxes: $2) },
            { $0.reduce(1) { $0 * $1 * 0.5 } }
        ),
        (
            "logSumExp", { $0.logSumExp(axes: $1, keepingAxes: $2) },
            { log($0.reduce(0) { $0 + exp($1) }) }
        ),
    ]
    return shapesAndAxes.flatMap { shape, axes in
        // The third derivative of a long product is beyond finite differences.
        operations.filter { shape.elementCount < 100 || $0.0 != "product" }
            .flatMap { name, function, reference in
                [true, false].map { keeping in
                    GradientCase(
                        "\(name) over \(axes.map { "\($0)" } ?? "all")\(keeping ? ", kept" : "")",
                        inputs: [.distinct(shape, gap: 0.07)],
                        reference: { x in
                            let kept = naiveReduction(
                                x[0], axes: axes ?? Array(0..<shape.rank), reference)
                            if keeping { return kept }
                            let gone = Set((axes ?? Array(0..<shape.rank)).map(shape.resolved))
                            return kept.reshaped(
                                (0..<shape.rank).filter { !gone.contains($0) }.map { shape[$0] })
                        },
                        { function($0[0], axes, keeping) })
                }
            }
    }
}()

private let specialReductions: [GradientCase] = [
    GradientCase(
        "product with zeros",
        inputs: [Tensor(shape: [3, 3], scalars: [2, 0, 3, 0, 0, 5, 1, 2, 4])],
        reference: { _ in Tensor([0, 0, 8]) }, { $0[0].product(axes: [1]) }),
    GradientCase(
        "variance, unbiased", inputs: [.sample([4, 3])],
        reference: { x in
            naiveReduction(x[0], axes: [0]) { variance($0) * 4 / 3 }.reshaped([3])
        },
        { $0[0].variance(axes: [0], unbiased: true) }),
    GradientCase("standardDeviation", inputs: [.sample([4, 3])]) {
        $0[0].standardDeviation(axes: [1], keepingAxes: true)
    },
]
