import GestaltChecks

/// `A = Q · R`, thin: k = min(m, n).
public struct QRDecomposition<Scalar: FloatingScalar>: Sendable {
    /// `[…, m, k]`, orthonormal columns.
    public let q: Tensor<Scalar>
    /// `[…, k, n]`, zeros below the diagonal, whose signs are LAPACK's.
    public let r: Tensor<Scalar>
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the thin QR decomposition of matrices `[…, m, n]`.
    ///
    /// Gradients need m ≥ n and full rank. Sources: LAPACK `geqrf`, `orgqr`; Walter and Lehmann,
    /// *Algorithmic differentiation of linear algebra functions* (2010).
    /// - Throws: `notFinite`.
    /// - Precondition: when gradients are recorded, m ≥ n.
    public func qr() throws(LinearAlgebraError) -> QRDecomposition<Scalar> {
        let batch = MatrixBatch(self, "qr")
        let (m, n) = (batch.rows, batch.columns)
        require(!isTracked || m >= n, "qr: no gradient for wide matrices, \(shape)")
        let k = Swift.min(m, n)
        let packed = try batch.factored(
            self, size: (m + n) * k, failure: MatrixBatch.notConverged
        ) { a, result in
            withUnsafeTemporaryAllocation(of: Scalar.self, capacity: k) { tau in
                let tau = tau.baseAddress!
                let info = LAPACK.geqrf(m, n, a, tau)
                guard info == 0 else { return info }
                let r = result + m * k
                for i in 0..<k {
                    for j in 0..<n { r[i * n + j] = j < i ? 0 : a[i * n + j] }
                }
                let second = LAPACK.orgqr(m, k, a, lda: n, tau)
                for i in 0..<m { (result + i * k).update(from: a + i * n, count: k) }
                return second
            }
        }
        let recorded = Precomputed("qr", packed) { cotangent, _ in
            [qrGradient(batch, packed, cotangent)]
        }(self)
        let parts = batch.parts(recorded, [m, k], [k, n])
        return QRDecomposition(q: parts[0], r: parts[1])
    }
}

// From Q and R of each matrix in one row:
// Ā = (Q̄ + Q · sym(M)) R⁻ᵀ, M = R R̄ᵀ − Q̄ᵀ Q; sym repeats the lower triangle above.
private func qrGradient<Scalar: FloatingScalar>(
    _ batch: MatrixBatch, _ packed: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    let (m, n) = (batch.rows, batch.columns)
    let value = batch.parts(packed, [m, n], [n, n])
    let gradient = batch.parts(cotangent, [m, n], [n, n])
    let (q, r) = (value[0], value[1])
    let inner =
        matrixProduct(r, gradient[1], false, true) - matrixProduct(gradient[0], q, true, false)
    let half = inner * Tensor.lowerTriangle(n, diagonal: 0.5)
    let sum = gradient[0] + matrixProduct(q, half + half.transposed(), false, false)
    return sum.dividedFromRight(byTriangular: r, lower: false, transposed: true)
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns `self · op(t)⁻¹` for triangular matrices `t` `[…, n, n]`; not recorded.
    func dividedFromRight(byTriangular t: Tensor, lower: Bool, transposed: Bool) -> Tensor {
        solvedTriangular(t, lower: lower, transposed: transposed, fromRight: true)
    }

    /// Returns `op(t)⁻¹ · self` for triangular matrices `t` `[…, n, n]`; not recorded.
    func dividedFromLeft(byTriangular t: Tensor, lower: Bool, transposed: Bool) -> Tensor {
        solvedTriangular(t, lower: lower, transposed: transposed, fromRight: false)
    }

    private func solvedTriangular(
        _ t: Tensor, lower: Bool, transposed: Bool, fromRight: Bool
    ) -> Tensor {
        let (rows, columns, n) = (shape[-2], shape[-1], t.shape[-1])
        let triangles = t.contiguous()
        var result = copied()
        result.withMutableScalars { x in
            triangles.withScalars { t in
                for index in 0..<x.count / (rows * columns) {
                    solveTriangular(
                        lower: lower, transposed: transposed, fromRight: fromRight, rows: rows,
                        columns: columns, t.baseAddress! + index * n * n, lda: n,
                        x.baseAddress! + index * rows * columns, ldb: columns)
                }
            }
        }
        return result
    }
}
