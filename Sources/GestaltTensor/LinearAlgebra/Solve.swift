import GestaltChecks

extension Tensor where Scalar: FloatingScalar {
    /// Returns the X with `A · X = B` for square matrices A `[…, n, n]` (this tensor).
    ///
    /// - Parameter b: `[…, n, k]`, leading axes broadcast; or one vector `[n]`.
    /// - Returns: `[…, n, k]`, or `[…, n]` for a vector.
    /// - Throws: `singular`, `notFinite`.
    /// - Precondition: the shapes fit.
    public func solve(_ b: Tensor) throws(LinearAlgebraError) -> Tensor {
        try solving(b, "solve") { (a: Tensor, b: Tensor) throws(LinearAlgebraError) in
            let matrices = a.detached
            let value = try solved(matrices, b.detached, transposed: false)
            return Precomputed("solve", value) { cotangent, needs in
                // B̄ = A⁻ᵀ X̄, Ā = −B̄ Xᵀ. A had an inverse, so its transpose does.
                guard let second = try? solved(matrices, cotangent, transposed: true) else {
                    return [notANumber(matrices.shape), notANumber(cotangent.shape)]
                }
                let first = needs[0] ? -matrixProduct(second, value, false, true) : nil
                return [first, needs[1] ? second : nil]
            }(a, b)
        }
    }

    /// Returns the X with the smallest ‖A · X − B‖, and among these the one of smallest norm, for
    /// matrices A `[…, m, n]` (this tensor).
    ///
    /// Gradients are valid where the rank is locally constant, as at full rank. Sources: LAPACK
    /// `gelsd`; Golub and Pereyra, *The differentiation of pseudo-inverses and nonlinear least
    /// squares problems* (1973), equation 4.12.
    /// - Parameters:
    ///   - b: `[…, m, k]`, leading axes broadcast; or one vector `[m]`.
    ///   - rankTolerance: singular values below this fraction of the largest count as zero; by
    ///     default machine precision times the longer side.
    /// - Returns: `[…, n, k]`, or `[…, n]` for a vector.
    /// - Throws: `notConverged`, `notFinite`.
    /// - Precondition: the shapes fit.
    public func leastSquares(
        _ b: Tensor, rankTolerance: Scalar? = nil
    ) throws(LinearAlgebraError) -> Tensor {
        let longer = rank < 2 ? 1 : Swift.max(shape[-1], shape[-2])
        let tolerance = rankTolerance ?? Scalar.ulpOfOne * Scalar(longer)
        return try solving(b, "leastSquares") { (a: Tensor, b: Tensor) throws(LinearAlgebraError) in
            let (matrices, sides) = (a.detached, b.detached)
            let value = try shortestSolution(matrices, sides, tolerance)
            return Precomputed("leastSquares", value) { cotangent, needs in
                leastSquaresGradients(matrices, sides, value, tolerance, cotangent, needs: needs)
            }(a, b)
        }
    }

    /// Brings both sides to the same leading axes, and a vector to a column and back.
    private func solving(
        _ b: Tensor, _ operation: String,
        _ body: (Tensor, Tensor) throws(LinearAlgebraError) -> Tensor
    ) throws(LinearAlgebraError) -> Tensor {
        let isVector = b.rank == 1
        let columns = isVector ? b.expanded(axis: 1) : b
        require(
            rank >= 2 && columns.rank >= 2 && columns.shape[-2] == shape[-2]
                && (operation != "solve" || shape[-1] == shape[-2]),
            "\(operation): A \(shape) and B \(b.shape) do not fit")
        guard
            let lead = Shape(shape.dropLast(2)).broadcast(with: Shape(columns.shape.dropLast(2)))
        else {
            stop(
                "\(operation): leading axes of \(shape) and \(b.shape) do not broadcast")
        }
        let value = try body(
            broadcast(to: Shape(lead.dimensions + [shape[-2], shape[-1]])),
            columns.broadcast(to: Shape(lead.dimensions + [columns.shape[-2], columns.shape[-1]])))
        return isVector ? value.squeezed(axis: -1) : value
    }
}

/// Returns op(A)⁻¹ · B, not recorded; both of the same leading axes.
func solved<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, transposed: Bool
) throws(LinearAlgebraError) -> Tensor<Scalar> {
    let batch = MatrixBatch(a, "solve", square: true)
    let (n, k) = (batch.rows, b.shape[-1])
    let joined = joinedRows(transposed ? a.transposed() : a, b, batch, rows: n)
    let whole = MatrixBatch(joined, "solve")
    let packed = try whole.factored(joined, size: n * k, failure: MatrixBatch.singular) { ab, x in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: n) { pivots in
            let info = LAPACK.gesv(n, k, ab, pivots.baseAddress!, ab + n * n)
            x.update(from: ab + n * n, count: n * k)
            return info
        }
    }
    return packed.reshaped(batch.shape(n, k))
}

private func shortestSolution<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ tolerance: Scalar
) throws(LinearAlgebraError) -> Tensor<Scalar> {
    let batch = MatrixBatch(a, "leastSquares")
    let (m, n, k) = (batch.rows, batch.columns, b.shape[-1])
    let joined = joinedRows(a, b, batch, rows: max(m, n))
    let whole = MatrixBatch(joined, "leastSquares")
    let packed = try whole.factored(
        joined, size: n * k, failure: MatrixBatch.notConverged
    ) { ab, x in
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: min(m, n)) { values in
            let info = LAPACK.gelsd(
                m, n, k, ab, ab + m * n, values.baseAddress!, limit: tolerance)
            x.update(from: ab + m * n, count: n * k)
            return info
        }
    }
    return packed.reshaped(batch.shape(n, k))
}

/// Returns one row `[1, …]` per matrix, the input of one task: A, then B padded with zeros to
/// `rows` rows.
private func joinedRows<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ batch: MatrixBatch, rows: Int
) -> Tensor<Scalar> {
    let (m, n, k) = (a.shape[-2], a.shape[-1], b.shape[-1])
    let size = m * n + rows * k
    let (first, second) = (a.contiguous(), b.contiguous())
    return Tensor(uninitialized: [batch.count, 1, size]) { result in
        guard let target = result.baseAddress else { return }
        first.withScalars { a in
            second.withScalars { b in
                for index in 0..<batch.count {
                    let place = target + index * size
                    place.update(from: a.baseAddress! + index * m * n, count: m * n)
                    (place + m * n).update(from: b.baseAddress! + index * m * k, count: m * k)
                    (place + m * n + m * k).update(repeating: 0, count: (rows - m) * k)
                }
            }
        }
    }
}

// With P the pseudo-inverse of A, W = Pᵀ X̄ and r = B − A X:
// B̄ = W, Ā = −W Xᵀ + r (P W)ᵀ + (Pᵀ X)(X̄ − Aᵀ W)ᵀ.
private func leastSquaresGradients<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ value: Tensor<Scalar>, _ tolerance: Scalar,
    _ cotangent: Tensor<Scalar>, needs: Needs
) -> [Tensor<Scalar>?] {
    guard let inverse = try? pseudoInverse(a, tolerance) else {
        return [notANumber(a.shape), notANumber(b.shape)]
    }
    let w = matrixProduct(inverse, cotangent, true, false)
    guard needs[0] else { return [nil, w] }
    let rest = b - matrixProduct(a, value, false, false)
    let outside = cotangent - matrixProduct(a, w, true, false)
    let first =
        matrixProduct(rest, matrixProduct(inverse, w, false, false), false, true)
        + matrixProduct(matrixProduct(inverse, value, true, false), outside, false, true)
        - matrixProduct(w, value, false, true)
    return [first, needs[1] ? w : nil]
}

private func pseudoInverse<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ tolerance: Scalar
) throws(LinearAlgebraError) -> Tensor<Scalar> {
    let parts = try a.svd()
    let k = parts.values.shape[-1]
    var inverse = parts.values.contiguous()
    inverse.withMutableScalars { values in
        for first in stride(from: 0, to: values.count, by: k) {
            let least = values[first] * tolerance
            for i in first..<first + k { values[i] = values[i] > least ? 1 / values[i] : 0 }
        }
    }
    return matrixProduct(parts.vTransposed.scalingRows(inverse), parts.u, true, true)
}

/// Returns a gradient of NaN, for functions that have none.
func notANumber<Scalar: FloatingScalar>(_ shape: Shape) -> Tensor<Scalar> {
    .init(repeating: .nan, shape: shape)
}
