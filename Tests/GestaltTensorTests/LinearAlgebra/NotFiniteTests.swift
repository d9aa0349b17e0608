import GestaltTensor
import Testing

/// Every routine ends, with the error that names the matrix; some of LAPACK's iterations would not.
@Suite struct NotFiniteTests {
    struct Routine: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let run: @Sendable (Tensor<Float>) throws(LinearAlgebraError) -> Void

        init(
            _ name: String,
            _ run: @escaping @Sendable (Tensor<Float>) throws(LinearAlgebraError) -> Void
        ) {
            (testDescription, self.run) = (name, run)
        }
    }

    static let symmetric: [Routine] = [
        Routine("cholesky") { (a) throws(LinearAlgebraError) in _ = try a.cholesky() },
        Routine("symmetricEigen") { (a) throws(LinearAlgebraError) in _ = try a.symmetricEigen() },
        Routine("matrixSquareRoot") { (a) throws(LinearAlgebraError) in
            _ = try a.matrixSquareRoot()
        },
    ]

    static let routines: [Routine] =
        symmetric + [
            Routine("svd") { (a) throws(LinearAlgebraError) in _ = try a.svd() },
            Routine("qr") { (a) throws(LinearAlgebraError) in _ = try a.qr() },
            Routine("inverse") { (a) throws(LinearAlgebraError) in _ = try a.inverse() },
            Routine("determinant") { (a) throws(LinearAlgebraError) in _ = try a.determinant() },
            Routine("logDeterminant") { (a) throws(LinearAlgebraError) in
                _ = try a.logDeterminant()
            },
            Routine("solve") { (a) throws(LinearAlgebraError) in
                _ = try a.solve(.ones([3, 1]))
            },
            Routine("leastSquares") { (a) throws(LinearAlgebraError) in
                _ = try a.leastSquares(.ones([3, 1]))
            },
        ]

    /// Two identities, the second with a number that is not finite.
    private func matrices(_ value: Float, row: Int, column: Int) -> Tensor<Float> {
        var a = stacked([Tensor<Float>.identity(3), .identity(3)], axis: 0)
        a[scalar: 1, row, column] = value
        return a
    }

    @Test(arguments: routines, [Float.infinity, -.infinity, .nan])
    func routinesEnd(_ routine: Routine, _ value: Float) throws {
        let error = LinearAlgebraError.notFinite(
            operation: routine.testDescription, batchIndex: 1)
        for (row, column) in [(0, 0), (2, 1), (2, 2)] {
            #expect(throws: error) { try routine.run(matrices(value, row: row, column: column)) }
        }
        let all = Tensor<Float>(repeating: value, shape: [2, 3, 3])
        #expect(
            throws: LinearAlgebraError.notFinite(
                operation: routine.testDescription, batchIndex: 0)
        ) { try routine.run(all) }
    }

    @Test(arguments: symmetric)
    func whatIsNotReadDoesNoHarm(_ routine: Routine) throws {
        try routine.run(matrices(.nan, row: 0, column: 2))
    }

    @Test func rightHandSides() throws {
        let a = Tensor<Float>.identity(3)
        let b = Tensor<Float>([1, .infinity, 0])
        #expect(throws: LinearAlgebraError.notFinite(operation: "solve", batchIndex: 0)) {
            _ = try a.solve(b)
        }
        #expect(throws: LinearAlgebraError.notFinite(operation: "leastSquares", batchIndex: 0)) {
            _ = try a.leastSquares(b)
        }
    }
}
