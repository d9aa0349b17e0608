import GestaltTensor
import TestSupport

/// Functions of decompositions that do not depend on the signs of vectors. The matrices are
/// conditioned so that no two singular values or eigenvalues come close.
let linearAlgebraCases: [GradientCase] =
    singularValueCases + triangularCases + eigenCases + solutionCases

private typealias T = Tensor<Double>

private let singularValueCases: [GradientCase] =
    ([[3, 3], [5, 3], [3, 5], [2, 4, 2], [1, 3], [3, 1], [1, 1]] as [Shape]).flatMap { shape in
        let a = T.sample(shape, seed: 12)
        return [
            GradientCase("singular values", inputs: [a]) { try! $0[0].singularValues() },
            GradientCase("svd, squared values", inputs: [a]) {
                let d = try! $0[0].svd()
                let squares = (d.values * d.values).expanded(axis: -1)
                return d.u.matmul(squares * d.vTransposed)
            },
            GradientCase("svd, projections", inputs: [a]) {
                let d = try! $0[0].svd()
                let weights = T.linearSpace(from: 1, to: 2, count: d.values.shape[-1])
                let left = (d.u * weights).matmul(d.u, transposingSecond: true)
                let right = d.vTransposed.matmul(
                    d.vTransposed * weights.expanded(axis: -1), transposingFirst: true)
                return left.sum(axes: [-1, -2]) + (right * right).sum(axes: [-1, -2])
                    + (d.u * d.u * 3).selected(0, axis: -1).selected(0, axis: -1)
            },
            GradientCase("svd, put together", inputs: [a], reference: { $0[0] }) {
                let d = try! $0[0].svd()
                return (d.u * d.values.expanded(axis: -2)).matmul(d.vTransposed)
            },
        ]
    }

private let triangularCases: [GradientCase] =
    ([[3, 3], [5, 3], [2, 4, 2], [3, 1], [1, 1]] as [Shape]).flatMap { shape in
        [
            GradientCase("qr, q", inputs: [.sample(shape, seed: 6)]) { try! $0[0].qr().q },
            GradientCase("qr, r", inputs: [.sample(shape, seed: 7)]) { try! $0[0].qr().r },
            GradientCase(
                "qr, put together", inputs: [.sample(shape, seed: 8)], reference: { $0[0] }
            ) {
                let d = try! $0[0].qr()
                return d.q.matmul(d.r)
            },
        ]
    }
    + ([[1, 1], [4, 4], [2, 3, 3]] as [Shape]).map { shape in
        GradientCase("cholesky", inputs: [.sample(shape, seed: 9)]) {
            try! positive($0[0]).cholesky()
        }
    }

private let eigenCases: [GradientCase] = ([[1, 1], [4, 4], [2, 3, 3]] as [Shape]).flatMap { shape in
    let a = T.sample(shape, seed: 14)
    return [
        GradientCase("eigenvalues", inputs: [a]) { try! symmetric($0[0]).symmetricEigen().values },
        GradientCase("eigenvectors, squared", inputs: [a]) {
            let vectors = try! symmetric($0[0]).symmetricEigen().vectors
            return vectors * vectors
        },
        GradientCase(
            "eigen, cubed values", inputs: [a],
            reference: {
                let x = symmetric($0[0])
                return naiveProduct(naiveProduct(x, x), x)
            }
        ) {
            let d = try! symmetric($0[0]).symmetricEigen()
            let cubes = (d.values * d.values * d.values).expanded(axis: -2)
            return (d.vectors * cubes).matmul(d.vectors, transposingSecond: true)
        },
        GradientCase("square root", inputs: [a]) { try! positive($0[0]).matrixSquareRoot() },
        GradientCase("square root, squared", inputs: [a], reference: { positive($0[0]) }) {
            let root = try! positive($0[0]).matrixSquareRoot()
            return root.matmul(root)
        },
    ]
}

private let solutionCases: [GradientCase] = [
    solution("solve", [3, 3], [3, 2]) { try! $0.solve($1) },
    solution("solve", [2, 3, 3], [3, 2]) { try! $0.solve($1) },
    solution("solve", [3, 3], [2, 3, 2]) { try! $0.solve($1) },
    solution("solve", [3, 3], [3]) { try! $0.solve($1) },
    solution("solve", [1, 1], [1, 1]) { try! $0.solve($1) },
    solution("leastSquares", [5, 3], [5, 2]) { try! $0.leastSquares($1) },
    solution("leastSquares", [3, 5], [3, 2]) { try! $0.leastSquares($1) },
    solution("leastSquares", [3, 3], [3]) { try! $0.leastSquares($1) },
    solution("leastSquares", [2, 4, 2], [4, 1]) { try! $0.leastSquares($1) },
    GradientCase("inverse", inputs: [.sample([3, 3], seed: 5)]) { try! $0[0].inverse() },
    GradientCase("inverse", inputs: [.sample([2, 2, 2], seed: 8)]) { try! $0[0].inverse() },
    GradientCase("determinant", inputs: [.sample([2, 4, 4], seed: 5)]) { try! $0[0].determinant() },
    GradientCase(
        "determinant", inputs: [.sample([1, 1], seed: 5)],
        reference: { $0[0].reshaped([] as Shape) }, { try! $0[0].determinant() }),
    GradientCase(
        "determinant of a singular matrix",
        inputs: [
            T(shape: [3, 3], scalars: [1, 2, 3, 2, 4, 6, 1, 0, 5])
        ]
    ) { try! $0[0].determinant() },
    GradientCase("logDeterminant", inputs: [.sample([2, 4, 4], seed: 5)]) {
        try! $0[0].logDeterminant().logarithm
    },
]

private func solution(
    _ name: String, _ a: Shape, _ b: Shape, _ body: @escaping @Sendable (T, T) -> T
) -> GradientCase {
    GradientCase(name, inputs: [.sample(a, seed: 21), .sample(b, seed: 22)]) { body($0[0], $0[1]) }
}

private func symmetric(_ a: T) -> T { (a + a.transposed()) * 0.5 }

private func positive(_ a: T) -> T {
    a.matmul(a, transposingSecond: true) + T.identity(a.shape[-1]) * 2
}
