import GestaltTensor
import TestSupport
import Testing

/// Rounding errors of LAPACK's backward stable methods grow with the size of the matrix.
private func decompositionTolerance<Scalar: FloatingScalar>(
    _ type: Scalar.Type, size: Int, magnitude: Double
) -> Double {
    let unit = type == Float.self ? Double(Float.ulpOfOne) : Double.ulpOfOne
    return 32 * unit * Double(size) * magnitude
}

@Suite struct DecompositionTests {
    private static let shapes: [Shape] = [
        [1, 1], [5, 3], [3, 5], [40, 40], [2, 3, 6, 4], [0, 3, 3], [33, 4, 4],
    ]

    @Test(arguments: shapes)
    func factorsAreOrthonormalAndMultiplyBack(_ shape: Shape) throws {
        try check(shape, Float.self)
        try check(shape, Double.self)
    }

    private func check<Scalar: FloatingScalar>(_ shape: Shape, _ type: Scalar.Type) throws {
        let a = Tensor<Scalar>.sample(shape, seed: 31)
        let bound = decompositionTolerance(type, size: max(shape[-1], shape[-2]), magnitude: 8)
        let svd = try a.svd()
        let product = (svd.u * svd.values.expanded(axis: -2)).matmul(svd.vTransposed)
        #expect(difference(product, a, within: bound) == nil)
        expectOrthonormal(svd.u, within: bound)
        expectOrthonormal(svd.vTransposed.transposed(), within: bound)
        let values = svd.values.scalars
        let k = svd.values.shape[-1]
        #expect(values.indices.allSatisfy { $0 % k == 0 || values[$0 - 1] >= values[$0] })
        let qr = try a.qr()
        #expect(difference(qr.q.matmul(qr.r), a, within: bound) == nil)
        expectOrthonormal(qr.q, within: bound)
        let columns = qr.r.shape[-1]
        #expect(
            qr.r.scalars.enumerated().allSatisfy { i, x in
                i % columns >= i / columns % qr.r.shape[-2] || x == 0
            })
        guard shape[-1] == shape[-2] else { return }
        let eigen = try (a + a.transposed()).symmetricEigen()
        expectOrthonormal(eigen.vectors, within: bound)
        let again = (eigen.vectors * eigen.values.expanded(axis: -2)).matmul(
            eigen.vectors, transposingSecond: true)
        #expect(difference(again, a + a.transposed(), within: 2 * bound) == nil)
    }

    private func expectOrthonormal<Scalar: FloatingScalar>(
        _ q: Tensor<Scalar>, within bound: Double
    ) {
        let gram = q.matmul(q, transposingFirst: true)
        let identity = Tensor<Scalar>.identity(q.shape[-1]).broadcast(to: gram.shape)
        #expect(difference(gram, identity, within: bound) == nil)
    }

    @Test func knownAnswers() throws {
        let a = Tensor<Double>(shape: [2, 2], scalars: [3, 0, 4, 5])
        let bound = decompositionTolerance(Double.self, size: 2, magnitude: 8)
        let values = try a.singularValues()
        #expect(
            difference(
                values, Tensor([Double(45).squareRoot(), Double(5).squareRoot()]), within: bound)
                == nil)
        #expect(difference(try a.determinant(), Tensor(15), within: bound) == nil)
        let log = try (a * -1).logDeterminant()
        #expect(log.sign == Tensor(1))
        #expect(difference(log.logarithm, Tensor(15.0).log(), within: bound) == nil)
        let exchange = Tensor<Double>(shape: [2, 2], scalars: [0, 1, 1, 0])
        #expect(try exchange.determinant() == Tensor(-1))
        #expect(try exchange.logDeterminant().sign == Tensor(-1))
        let square = Tensor<Double>(shape: [2, 2], scalars: [4, 2, 2, 5])
        let lower = Tensor<Double>(shape: [2, 2], scalars: [2, 0, 1, 2])
        #expect(difference(try square.cholesky(), lower, within: bound) == nil)
        #expect(
            difference(try square.symmetricEigen().values.sum(), Tensor(9), within: bound) == nil)
        let inverse = Tensor<Double>(shape: [2, 2], scalars: [5, 0, -4, 3]) / 15
        #expect(difference(try a.inverse(), inverse, within: bound) == nil)
        #expect(difference(try a.solve(Tensor([3, 9])), Tensor([1, 1]), within: bound) == nil)
    }

    /// Rank 1: of all least solutions, the shortest.
    @Test func leastSquaresTakesTheShortest() throws {
        let a = Tensor<Double>(shape: [3, 2], scalars: [1, 2, 2, 4, 3, 6])
        let b = Tensor<Double>([5, 10, 15])
        let x = try a.leastSquares(b)
        let bound = decompositionTolerance(Double.self, size: 3, magnitude: 8)
        #expect(difference(x, Tensor([1, 2]), within: bound) == nil)
    }

    @Test func aRootOfASemidefiniteMatrix() throws {
        let x = Tensor<Float>.sample([30, 4], seed: 3)
        let a = x.matmul(x, transposingSecond: true)  // rank 4 of 30
        let root = try a.matrixSquareRoot()
        let bound = decompositionTolerance(Float.self, size: 30, magnitude: 64)
        #expect(difference(root.matmul(root), a, within: bound) == nil)
    }

    /// The parts of a batch in parallel are what each gives alone.
    @Test func batchesAgreeWithSingles() throws {
        let a = Tensor<Float>.sample([200, 12, 12], seed: 8)
        let (svd, inverse) = (try a.svd(), try a.inverse())
        for index in [0, 57, 199] {
            #expect(try a[index].svd().u == svd.u[index])
            #expect(try a[index].inverse() == inverse[index])
        }
    }
}

@Suite struct LinearAlgebraErrorTests {
    private typealias T = Tensor<Double>

    private static let singular = T(shape: [2, 2, 2], scalars: [1, 0, 0, 1, 1, 2, 2, 4])
    private static let indefinite = T(shape: [2, 2], scalars: [1, 0, 0, -1])
    private static let broken = T(shape: [2, 2], scalars: [1, .nan, 0, 1])

    private struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: LinearAlgebraError
        let body: @Sendable () throws -> Void

        static let all: [Case] = [
            Case(
                testDescription: "solve",
                error: .singular(operation: "solve", batchIndex: 1, row: 1),
                body: { _ = try singular.solve(T.ones([2, 1])) }),
            Case(
                testDescription: "inverse",
                error: .singular(operation: "inverse", batchIndex: 1, row: 1),
                body: { _ = try singular.inverse() }),
            Case(
                testDescription: "cholesky",
                error: .notPositiveDefinite(operation: "cholesky", batchIndex: 0, order: 2),
                body: { _ = try indefinite.cholesky() }),
            Case(
                testDescription: "square root",
                error: .notPositiveSemidefinite(
                    operation: "matrixSquareRoot", batchIndex: 0, eigenvalue: -1),
                body: { _ = try indefinite.matrixSquareRoot() }),
            Case(
                testDescription: "svd", error: .notFinite(operation: "svd", batchIndex: 0),
                body: { _ = try broken.svd() }),
            Case(
                testDescription: "least squares",
                error: .notFinite(operation: "leastSquares", batchIndex: 0),
                body: { _ = try broken.leastSquares(T.ones([2])) }),
        ]
    }

    @Test(arguments: Case.all)
    private func typedErrors(_ line: Case) {
        #expect(throws: line.error) { try line.body() }
        #expect(line.error.description.contains("of the batch"))
    }

    @Test func singularMatricesHaveDeterminants() throws {
        #expect(try Self.singular.determinant() == Tensor([1, 0]))
        let log = try Self.singular.logDeterminant()
        #expect(log.sign == Tensor([1, 0]))
        #expect(log.logarithm == Tensor([0, -.infinity]))
    }

    @Test func mistakesEndTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = try Tensor<Float>.ones([3]).svd() }
        await #expect(processExitsWith: .failure) { _ = try Tensor<Float>.ones([2, 3]).inverse() }
        await #expect(processExitsWith: .failure) {
            _ = try Tensor<Float>.ones([3, 3]).solve(.ones([2]))
        }
    }
}
