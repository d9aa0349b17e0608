import Foundation
import GestaltTensor
import TestSupport

private typealias Function = @Sendable (Tensor<Double>, [Int]?, Bool) -> Tensor<Double>

private let shapesAndAxes: [(Shape, [Int]?)] = [
    ([3, 4], [1]), ([3, 4], [0]), ([3, 4], nil), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]),
    ([2, 3, 2, 3], [-1, 1]), ([2, 3], []), ([4, 1], [1]), ([1, 4], [0]), ([], nil), ([5], [0]),
    ([130, 3], [0]), ([3, 130], [1]), ([0, 3], [1]),
]

let reductionCases: [GradientCase] = {
    let operations: [(String, Function, @Sendable ([Double]) -> Double)] = [
        ("sum", { $0.sum(axes: $1, keepingAxes: $2) }, { $0.reduce(0, +) }),
        ("mean", { $0.mean(axes: $1, keepingAxes: $2) }, { $0.reduce(0, +) / Double($0.count) }),
        ("max", { $0.max(axes: $1, keepingAxes: $2) }, { $0.max()! }),
        ("min", { $0.min(axes: $1, keepingAxes: $2) }, { $0.min()! }),
    ]
    return shapesAndAxes.flatMap { shape, axes in
        operations.flatMap { name, function, reference in
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
