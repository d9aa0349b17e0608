extension Tensor where Scalar: FloatingScalar {
    /// Returns the lower triangular L with `L · Lᵀ = A` for symmetric positive definite matrices
    /// `[…, n, n]`, of which only the lower triangle is read.
    ///
    /// Gradients are those of symmetric matrices. Sources: LAPACK `potrf`; Murray, *Differentiation
    /// of the Cholesky decomposition* (2016), equation 9.
    /// - Throws: `notPositiveDefinite`, `notFinite`.
    public func cholesky() throws(LinearAlgebraError) -> Tensor {
        let batch = MatrixBatch(self, "cholesky", square: true, lower: true)
        let n = batch.rows
        let packed = try batch.factored(self, size: n * n, failure: notPositive) { a, result in
            let info = LAPACK.potrf(n, a)
            for i in 0..<n {
                for j in 0..<n { result[i * n + j] = j <= i ? a[i * n + j] : 0 }
            }
            return info
        }
        let value = packed.reshaped(shape)
        return Precomputed("cholesky", value) { cotangent, _ in
            [choleskyGradient(value, cotangent)]
        }(self)
    }
}

private func notPositive(_ operation: String, _ index: Int, _ info: Int) -> LinearAlgebraError {
    .notPositiveDefinite(operation: operation, batchIndex: index, order: info)
}

// Ā = sym(L⁻ᵀ Φ(Lᵀ L̄) L⁻¹), Φ the lower triangle with half the diagonal.
private func choleskyGradient<Scalar: FloatingScalar>(
    _ value: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    let n = value.shape[-1]
    let lower = cotangent * Tensor.lowerTriangle(n, diagonal: 1)
    let inner = matrixProduct(value, lower, true, false) * Tensor.lowerTriangle(n, diagonal: 0.5)
    let left = inner.dividedFromLeft(byTriangular: value, lower: true, transposed: true)
    return left.dividedFromRight(byTriangular: value, lower: true, transposed: false).symmetrized
}
