import Foundation
import GestaltTensor
import TestSupport

/// Diagonals, triangles, norms and products of vectors.
let matrixCases: [GradientCase] = diagonalCases + normCases + vectorCases

private let diagonalCases: [GradientCase] =
    [(0, 3), (1, 3), (3, 1), (4, 0), (-1, 2), (-2, 1), (-5, 0)].map { offset, length in
        GradientCase(
            "diagonal \(offset)", inputs: [.sample([2, 3, 4])],
            reference: { x in
                .built([2, length]) {
                    x[0].at([$0[0], $0[1] + max(0, -offset), $0[1] + max(0, offset)])
                }
            },
            { $0[0].diagonal(offset: offset) })
    } + [
        GradientCase(
            "diagonal of outer axes", inputs: [.sample([3, 2, 3])],
            reference: { x in .built([2, 3]) { x[0].at([$0[1], $0[0], $0[1]]) } },
            { $0[0].diagonal(axes: (rows: 0, columns: -1)) }),
        GradientCase(
            "trace", inputs: [.sample([2, 3, 3])],
            reference: { x in
                .built([2]) { i in (0..<3).reduce(0) { $0 + x[0].at([i[0], $1, $1]) } }
            },
            { $0[0].trace() }),
        GradientCase(
            "diagonalMatrix", inputs: [.sample([2, 3])],
            reference: { x in .built([2, 3, 3]) { $0[1] == $0[2] ? x[0].at([$0[0], $0[1]]) : 0 } },
            { $0[0].diagonalMatrix() }),
        GradientCase(
            "lowerTriangle", inputs: [.sample([2, 3, 4])],
            reference: { x in .built([2, 3, 4]) { $0[2] <= $0[1] ? x[0].at($0) : 0 } },
            { $0[0].lowerTriangle() }),
        GradientCase(
            "lowerTriangle below", inputs: [.sample([3, 3])],
            reference: { x in .built([3, 3]) { $0[1] <= $0[0] - 1 ? x[0].at($0) : 0 } },
            { $0[0].lowerTriangle(offset: -1) }),
        GradientCase(
            "upperTriangle", inputs: [.sample([4, 3])],
            reference: { x in .built([4, 3]) { $0[1] >= $0[0] + 1 ? x[0].at($0) : 0 } },
            { $0[0].upperTriangle(offset: 1) }),
        GradientCase(
            "movedAxis", inputs: [.sample([2, 3, 4])],
            reference: { x in .built([3, 4, 2]) { x[0].at([$0[2], $0[0], $0[1]]) } },
            { $0[0].movedAxis(0, to: -1) }),
    ]

private let normCases: [GradientCase] = {
    let orders: [(NormOrder, @Sendable ([Double]) -> Double)] = [
        (.one, { $0.reduce(0) { $0 + abs($1) } }),
        (.two, { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
        (.maximum, { $0.map(abs).max() ?? 0 }),
        (.power(3), { pow($0.reduce(0) { $0 + pow(abs($1), 3) }, 1.0 / 3) }),
        (.power(0.5), { pow($0.reduce(0) { $0 + abs($1).squareRoot() }, 2) }),
    ]
    let axes: [[Int]?] = [[1], [-3, 2], nil]
    return orders.flatMap { order, reference in
        axes.map { axes in
            GradientCase(
                "norm \(order) over \(axes.map { "\($0)" } ?? "all")",
                // Away from 0, and of different sizes.
                inputs: [.sample([2, 3, 2], in: 0.3...2) * Tensor([1, -1])],
                reference: { naiveReduction($0[0], axes: axes ?? [0, 1, 2], reference) },
                { $0[0].norm(order, axes: axes, keepingAxes: true) })
        }
    }
}()

private let vectorCases: [GradientCase] = [
    GradientCase(
        "dot", inputs: [.sample([5], seed: 1), .sample([5], seed: 2)],
        reference: { x in
            .built([]) { _ in (0..<5).reduce(0) { $0 + x[0].at([$1]) * x[1].at([$1]) } }
        },
        { $0[0].dot($0[1]) }),
    GradientCase("dot of nothing", inputs: [.sample([0]), .sample([0])]) { $0[0].dot($0[1]) },
    GradientCase(
        "outer", inputs: [.sample([3], seed: 1), .sample([4], seed: 2)],
        reference: { x in .built([3, 4]) { x[0].at([$0[0]]) * x[1].at([$0[1]]) } },
        { $0[0].outer($0[1]) }),
    GradientCase(
        "cross", inputs: [.sample([2, 3], seed: 1), .sample([3], seed: 2)],
        reference: { x in
            .built([2, 3]) { i in
                let (j, k) = ((i[1] + 1) % 3, (i[1] + 2) % 3)
                return x[0].at([i[0], j]) * x[1].at([k]) - x[0].at([i[0], k]) * x[1].at([j])
            }
        },
        { $0[0].cross($0[1]) }),
    GradientCase(
        "cross along an outer axis", inputs: [.sample([3, 2]), .sample([3, 2], seed: 4)]
    ) {
        $0[0].cross($0[1], axis: 0)
    },
]
