/// `A = U · diag(values) · Vᵀ`, thin: k = min(m, n).
public struct SingularValueDecomposition<Scalar: FloatingScalar>: Sendable {
    /// `[…, m, k]`, orthonormal columns.
    public let u: Tensor<Scalar>
    /// `[…, k]`, descending.
    public let values: Tensor<Scalar>
    /// `[…, k, n]`, orthonormal rows.
    public let vTransposed: Tensor<Scalar>
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the thin singular value decomposition of matrices `[…, m, n]`.
    ///
    /// The signs of the pairs of vectors are those of LAPACK; a loss should not depend on them.
    /// Gradients through the vectors require distinct singular values, and nonzero ones if m ≠ n;
    /// terms of equal values count as zero. Sources: LAPACK `gesdd`; Townsend, *Differentiating the
    /// singular value decomposition* (2016).
    /// - Throws: `notConverged`, `notFinite`.
    public func svd() throws(LinearAlgebraError) -> SingularValueDecomposition<Scalar> {
        let batch = MatrixBatch(self, "svd")
        let (m, n) = (batch.rows, batch.columns)
        let k = Swift.min(m, n)
        let packed = try batch.factored(
            self, size: (m + 1 + n) * k, failure: MatrixBatch.notConverged
        ) { a, result in
            LAPACK.gesdd(m, n, a, result + m * k, result, result + (m + 1) * k)
        }
        let recorded = Precomputed("svd", packed) { cotangent, _ in
            [singularValueGradient(batch, packed, cotangent)]
        }(self)
        let parts = batch.parts(recorded, [m, k], [k], [k, n])
        return SingularValueDecomposition(u: parts[0], values: parts[1], vTransposed: parts[2])
    }

    /// Returns the singular values `[…, min(m, n)]` of matrices `[…, m, n]`, descending; see
    /// ``svd()``.
    public func singularValues() throws(LinearAlgebraError) -> Tensor { try svd().values }
}

// From U, values and Vᵀ of each matrix in one row: Ā = U [(J + Jᵀ) S + S (K + Kᵀ) + diag s̄] Vᵀ +
// (1 − UUᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (1 − VVᵀ), J = F ∘ UᵀŪ, K = F ∘ VᵀV̄, F[i, j] = 1 / (s[j]² −
// s[i]²) and 0 where that is undefined.
private func singularValueGradient<Scalar: FloatingScalar>(
    _ batch: MatrixBatch, _ packed: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    let (m, n) = (batch.rows, batch.columns)
    let k = Swift.min(m, n)
    let value = batch.parts(packed, [m, k], [k], [k, n])
    let gradient = batch.parts(cotangent, [m, k], [k], [k, n])
    let (u, s, vt) = (value[0], value[1], value[2])
    let (gu, gs, gvt) = (gradient[0], gradient[1], gradient[2])
    let gaps = s.pairs { a, b in a == b ? 0 : 1 / ((b - a) * (b + a)) }
    let inner = matrixProduct(u, gu, true, false)
    let j = gaps * inner
    let l = gaps * matrixProduct(vt, gvt, false, true)
    let middle =
        (j + j.transposed()).scalingColumns(s)
        + (l + l.transposed()).scalingRows(s) + gs.asDiagonal
    var result = matrixProduct(matrixProduct(u, middle, false, false), vt, false, false)
    let inverse = s.reciprocalsOrZero
    if m > k {
        let outside = (gu - matrixProduct(u, inner, false, false)).scalingColumns(inverse)
        result += matrixProduct(outside, vt, false, false)
    }
    if n > k {
        let along = matrixProduct(gvt, vt, false, true)
        let outside = (gvt - matrixProduct(along, vt, false, false)).scalingRows(inverse)
        result += matrixProduct(u, outside, false, false)
    }
    return result
}
