extension Tensor where Scalar: FloatingScalar {
    /// Returns the inverses of square matrices `[…, n, n]`. For solving equations prefer
    /// ``solve(_:)``.
    /// - Throws: `singular`, `notFinite`.
    public func inverse() throws(LinearAlgebraError) -> Tensor {
        let value = try detached.inverted()
        return Precomputed("inverse", value) { cotangent, _ in
            // Ā = −A⁻ᵀ Ȳ A⁻ᵀ.
            let right = matrixProduct(cotangent, value, false, true)
            return [-matrixProduct(value, right, true, false)]
        }(self)
    }

    fileprivate func inverted() throws(LinearAlgebraError) -> Tensor {
        let batch = MatrixBatch(self, "inverse", square: true)
        let n = batch.rows
        let packed = try batch.factored(
            self, size: n * n, failure: MatrixBatch.singular
        ) { a, result in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: n) { pivots in
                let pivots = pivots.baseAddress!
                var info = LAPACK.getrf(n, a, pivots)
                if info == 0 { info = LAPACK.getri(n, a, pivots) }
                result.update(from: a, count: n * n)
                return info
            }
        }
        return packed.reshaped(shape)
    }

    /// Returns the determinants `[…]` of square matrices `[…, n, n]`; 0 for singular ones, whose
    /// gradient exists too. May overflow for large matrices: see ``logDeterminant()``.
    /// - Throws: `notFinite`.
    public func determinant() throws(LinearAlgebraError) -> Tensor {
        let batch = MatrixBatch(self, "determinant", square: true)
        let matrices = detached
        let value = try matrices.pivots(batch).rowProducts.reshaped(batch.lead)
        return Precomputed("determinant", value) { cotangent, _ in
            [determinantGradient(matrices, cotangent)]
        }(self)
    }

    /// Returns the signs and the logarithms of the absolute values of the determinants of square
    /// matrices `[…, n, n]`, both `[…]`. The gradient flows through the logarithm; a singular
    /// matrix has sign 0, logarithm −∞ and no gradient (NaN).
    /// - Throws: `notFinite`.
    public func logDeterminant() throws(LinearAlgebraError) -> (sign: Tensor, logarithm: Tensor) {
        let batch = MatrixBatch(self, "logDeterminant", square: true)
        let matrices = detached
        let pivots = try matrices.pivots(batch)
        let value = pivots.abs().log().sum(axes: [-1]).reshaped(batch.lead)
        let logarithm = Precomputed("logDeterminant", value) { cotangent, _ in
            // Ā = Ȳ A⁻ᵀ.
            guard let inverse = try? matrices.inverted() else {
                return [notANumber(matrices.shape)]
            }
            return [inverse.transposed() * cotangent.expanded(axis: -1).expanded(axis: -1)]
        }(self)
        return (pivots.sign().rowProducts.reshaped(batch.lead), logarithm)
    }

    /// Returns `[count, n]`: factors of the determinant.
    fileprivate func pivots(_ batch: MatrixBatch) throws(LinearAlgebraError) -> Tensor {
        let n = batch.rows
        // A pivot of zero (info > 0) is a valid result here.
        return try batch.factored(
            self, size: n, failure: MatrixBatch.singular
        ) { a, result in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: n) { exchanges in
                let exchanges = exchanges.baseAddress!
                let info = LAPACK.getrf(n, a, exchanges)
                for i in 0..<n {
                    let kept = exchanges[i] == Int32(i + 1)
                    result[i] = kept ? a[i * n + i] : -a[i * n + i]
                }
                return Swift.min(info, 0)
            }
        }
    }

    /// The products of the rows of a matrix.
    fileprivate var rowProducts: Tensor {
        let (x, n) = (scalars, shape[-1])
        return Tensor((0..<shape[0]).map { row in x[row * n..<(row + 1) * n].reduce(1, *) })
    }
}

// Computes the cofactors without division: for A = U S Vᵀ they are det U · det V · U C Vᵀ, where C
// has the products of the other singular values. Singular matrices thus have a gradient, too.
private func determinantGradient<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ cotangent: Tensor<Scalar>
) -> Tensor<Scalar> {
    guard let parts = try? a.svd(), let u = try? parts.u.determinant(),
        let v = try? parts.vTransposed.determinant()
    else { return notANumber(a.shape) }
    let n = a.shape[-1]
    let values = parts.values.scalars
    let others = Tensor<Scalar>(
        shape: parts.values.shape,
        scalars: values.indices.map { i in
            let first = i / n * n
            return (first..<first + n).reduce(1) { $1 == i ? $0 : $0 * values[$1] }
        })
    let orientation = (u * v * cotangent).expanded(axis: -1).expanded(axis: -1)
    return matrixProduct(parts.u.scalingColumns(others), parts.vTransposed, false, false)
        * orientation
}
