import CKernels
import GestaltChecks

extension Tensor where Scalar == Float {
    /// Returns for every row the index of the nearest row of `table` by squared distance; the
    /// lowest index on ties.
    ///
    /// The distance is taken as ‖x‖² − 2 x·e + ‖e‖², one matrix product per block of rows; the
    /// whole distance matrix is never materialized. Rows that rounding makes indistinguishable in
    /// that form are compared by their exact differences, so the result is the same on every
    /// machine.
    /// - Shapes: `[n, D]` and `[K, D]` in, `[n]` out. Not differentiable.
    public func nearestRows(in table: Tensor) -> Tensor<Int32> {
        require(
            rank == 2 && table.rank == 2 && shape[1] == table.shape[1] && table.shape[0] > 0,
            "nearestRows: rows \(shape), table \(table.shape)")
        let (n, width, codes) = (shape[0], shape[1], table.shape[0])
        // About 1 MiB of products per block, which remain in the core's cache until they are
        // searched.
        let block = Swift.max(1, Swift.min(512, (1 << 18) / codes))
        let variant = Float.variant
        return Tensor<Int32>(uninitialized: [n]) { result in
            guard let ids = result.baseAddress else { return }
            withScalars { rows in
                table.withScalars { entries in
                    let (x, e) = (rows.baseAddress!, entries.baseAddress!)
                    parallelFor((n + block - 1) / block) { task in
                        let first = task * block
                        let count = Swift.min(block, n - first)
                        let products = Storage<Float>(count: count * codes)
                        gemm(
                            false, true, m: count, n: codes, k: width, x + first * width,
                            lda: width, e, ldb: width, products.pointer, ldc: codes)
                        gk_nearest_rows(
                            variant, x + first * width, e, products.pointer, ids + first, count,
                            codes, width)
                        withExtendedLifetime(products) {}
                    }
                }
            }
        }
    }
}
