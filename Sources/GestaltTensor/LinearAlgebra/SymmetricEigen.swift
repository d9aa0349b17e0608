/// `A = V · diag(values) · Vᵀ`.
public struct SymmetricEigenDecomposition<Scalar: FloatingScalar>: Sendable {
    /// `[…, n]`, ascending.
    public let values: Tensor<Scalar>
    /// `[…, n, n]`: the columns are the eigenvectors, orthonormal.
    public let vectors: Tensor<Scalar>
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the eigenvalues and eigenvectors of symmetric matrices `[…, n, n]`, of which only
    /// the lower triangle is read.
    ///
    /// The signs of the vectors are those of LAPACK. Gradients are those of symmetric matrices;
    /// through the vectors they require distinct eigenvalues, terms of equal ones count as zero.
    /// Sources: LAPACK `syevd`; Giles, *Collected matrix derivative results* (2008).
    /// - Throws: `notConverged`, `notFinite`.
    public func symmetricEigen() throws(LinearAlgebraError) -> SymmetricEigenDecomposition<Scalar> {
        let batch = MatrixBatch(self, "symmetricEigen", square: true, lower: true)
        let n = batch.rows
        let packed = try eigenPacked(batch)
        let recorded = Precomputed("symmetricEigen", packed) { cotangent, _ in
            [eigenGradient(batch, packed, cotangent)]
        }(self)
        let parts = batch.parts(recorded, [n], [n, n])
        return SymmetricEigenDecomposition(values: parts[0], vectors: parts[1])
    }

    /// Returns the square root of symmetric matrices `[…, n, n]` without negative eigenvalues:
    /// symmetric, without negative eigenvalues, `S · S = A`. Only the lower triangle is read.
    ///
    /// Eigenvalues that are negative by rounding count as zero. Gradients are those of symmetric
    /// matrices, and require positive eigenvalues, which may be equal.
    /// - Throws: `notPositiveSemidefinite`, `notConverged`, `notFinite`.
    public func matrixSquareRoot() throws(LinearAlgebraError) -> Tensor {
        let batch = MatrixBatch(self, "matrixSquareRoot", square: true, lower: true)
        let n = batch.rows
        let parts = batch.parts(try eigenPacked(batch), [n], [n, n])
        let roots = try checkedRoots(parts[0].contiguous(), batch)
        let vectors = parts[1]
        let value = matrixProduct(vectors.scalingColumns(roots), vectors, false, true)
        return Precomputed("matrixSquareRoot", value) { cotangent, _ in
            [rootGradient(roots, vectors, cotangent)]
        }(self)
    }

    private func eigenPacked(_ batch: MatrixBatch) throws(LinearAlgebraError) -> Tensor {
        let n = batch.rows
        return try batch.factored(
            detached, size: n + n * n, failure: MatrixBatch.notConverged
        ) { a, result in
            let info = LAPACK.syevd(n, a, result)
            (result + n).update(from: a, count: n * n)
            return info
        }
    }

    private func checkedRoots(
        _ values: Tensor, _ batch: MatrixBatch
    ) throws(LinearAlgebraError) -> Tensor {
        let n = batch.rows
        var roots = values.scalars
        for index in 0..<batch.count {
            let range = index * n..<(index + 1) * n
            let largest = roots[range].reduce(0) { Swift.max($0, Swift.abs($1)) }
            let least = -Scalar(n) * Scalar.ulpOfOne * largest * 4
            for i in range {
                guard roots[i] >= least else {
                    throw .notPositiveSemidefinite(
                        operation: batch.operation, batchIndex: index, eigenvalue: Double(roots[i]))
                }
                roots[i] = Swift.max(roots[i], 0).squareRoot()
            }
        }
        return Tensor(shape: values.shape, scalars: roots)
    }
}

// From values and vectors of each matrix in one row:
// Ā = V [diag λ̄ + F ∘ (Vᵀ V̄)] Vᵀ, F[i, j] = 1 / (λ[j] − λ[i]); its symmetric part.
private func eigenGradient<Scalar: FloatingScalar>(
    _ batch: MatrixBatch, _ packed: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    let n = batch.rows
    let value = batch.parts(packed, [n], [n, n])
    let gradient = batch.parts(cotangent, [n], [n, n])
    let vectors = value[1]
    let gaps = value[0].pairs { a, b in a == b ? 0 : 1 / (b - a) }
    let inner = gradient[0].asDiagonal + gaps * matrixProduct(vectors, gradient[1], true, false)
    return matrixProduct(matrixProduct(vectors, inner, false, false), vectors, false, true)
        .symmetrized
}

// S S = A, so Ṡ S + S Ṡ = Ȧ: in the basis of the eigenvectors a division by √λ[i] + √λ[j].
private func rootGradient<Scalar: FloatingScalar>(
    _ roots: Tensor<Scalar>, _ vectors: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    let inner = matrixProduct(
        matrixProduct(vectors, cotangent.symmetrized, true, false), vectors, false, false)
    let scaled = inner * roots.pairs { a, b in a + b == 0 ? 0 : 1 / (a + b) }
    return matrixProduct(matrixProduct(vectors, scaled, false, false), vectors, false, true)
}
