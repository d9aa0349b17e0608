import CBLAS

/// Computes `c = alpha · op(a) · op(b) + beta · c` on row-major memory, on the calling thread.
///
/// `op(a)` is `[m, k]`, `op(b)` `[k, n]`, `c` `[m, n]`; `lda`, `ldb`, `ldc` are the elements
/// between the rows *as stored*: a transposed `a` is stored `[k, m]`. With `beta` 0, the contents
/// of `c` are ignored. A product with one column or one row becomes a matrix-vector product, which
/// reads the matrix once and packs nothing.
package func gemm<S: FloatingScalar>(
    _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, alpha: S = 1,
    _ a: UnsafePointer<S>, lda: Int, _ b: UnsafePointer<S>, ldb: Int, beta: S = 0,
    _ c: UnsafeMutablePointer<S>, ldc: Int
) {
    guard m > 0, n > 0 else { return }
    guard k > 0, n > 1, m > 1 else {
        if beta == 0 { clear(c, rows: m, columns: n, step: ldc) }
        guard k > 0 else {
            if beta != 0 && beta != 1 { scale(c, by: beta, rows: m, columns: n, step: ldc) }
            return
        }
        let factor = beta == 0 ? 1 : beta
        if n == 1 {
            gemv(
                transposeA, rows: transposeA ? k : m, columns: transposeA ? m : k, alpha: alpha,
                a, lda: lda, x: b, xStep: transposeB ? 1 : ldb, beta: factor, y: c, yStep: ldc)
        } else {
            gemv(
                !transposeB, rows: transposeB ? n : k, columns: transposeB ? k : n, alpha: alpha,
                b, lda: ldb, x: a, xStep: transposeA ? lda : 1, beta: factor, y: c, yStep: 1)
        }
        return
    }
    Runtime.prepare()
    let (ta, tb) = (transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans)
    let (m, n, k) = (Int32(m), Int32(n), Int32(k))
    let (lda, ldb, ldc) = (Int32(lda), Int32(ldb), Int32(ldc))
    if S.self == Float.self {
        cblas_sgemm(
            CblasRowMajor, ta, tb, m, n, k, float(alpha), floats(a), lda, floats(b), ldb,
            float(beta), floats(c), ldc)
    } else {
        cblas_dgemm(
            CblasRowMajor, ta, tb, m, n, k, double(alpha), doubles(a), lda, doubles(b), ldb,
            double(beta), doubles(c), ldc)
    }
}

/// Computes `y = alpha · op(a) · x + beta · y` for an `a` stored `[rows, columns]`.
private func gemv<S: FloatingScalar>(
    _ transpose: Bool, rows: Int, columns: Int, alpha: S, _ a: UnsafePointer<S>, lda: Int,
    x: UnsafePointer<S>, xStep: Int, beta: S, y: UnsafeMutablePointer<S>, yStep: Int
) {
    Runtime.prepare()
    let flag = transpose ? CblasTrans : CblasNoTrans
    // A matrix of one row may have any step; BLAS requires at least the row's length.
    let lda = Int32(max(lda, columns))
    if S.self == Float.self {
        cblas_sgemv(
            CblasRowMajor, flag, Int32(rows), Int32(columns), float(alpha), floats(a), lda,
            floats(x), Int32(xStep), float(beta), floats(y), Int32(yStep))
    } else {
        cblas_dgemv(
            CblasRowMajor, flag, Int32(rows), Int32(columns), double(alpha), doubles(a), lda,
            doubles(x), Int32(xStep), double(beta), doubles(y), Int32(yStep))
    }
}

/// Solves `op(a) · X = b` (or `X · op(a) = b` with `fromRight`) for a triangular `a` `[n, n]`,
/// writing X over `b` `[rows, columns]`. Row-major, on the calling thread.
package func solveTriangular<S: FloatingScalar>(
    lower: Bool, transposed: Bool, fromRight: Bool, rows: Int, columns: Int,
    _ a: UnsafePointer<S>, lda: Int, _ b: UnsafeMutablePointer<S>, ldb: Int
) {
    guard rows > 0, columns > 0 else { return }
    Runtime.prepare()
    let side = fromRight ? CblasRight : CblasLeft
    let half = lower ? CblasLower : CblasUpper
    let flag = transposed ? CblasTrans : CblasNoTrans
    if S.self == Float.self {
        cblas_strsm(
            CblasRowMajor, side, half, flag, CblasNonUnit, Int32(rows), Int32(columns), 1,
            floats(a), Int32(lda), floats(b), Int32(ldb))
    } else {
        cblas_dtrsm(
            CblasRowMajor, side, half, flag, CblasNonUnit, Int32(rows), Int32(columns), 1,
            doubles(a), Int32(lda), doubles(b), Int32(ldb))
    }
}

private func clear<S: FloatingScalar>(
    _ c: UnsafeMutablePointer<S>, rows: Int, columns: Int, step: Int
) {
    for row in 0..<rows { (c + row * step).clear(count: columns) }
}

private func scale<S: FloatingScalar>(
    _ c: UnsafeMutablePointer<S>, by factor: S, rows: Int, columns: Int, step: Int
) {
    for row in 0..<rows {
        for column in 0..<columns { c[row * step + column] *= factor }
    }
}

// The two scalar types under their names in BLAS and LAPACK; each is used only after a type test.
@inline(__always)
func float<S: FloatingScalar>(_ value: S) -> Float { unsafeBitCast(value, to: Float.self) }
@inline(__always)
func double<S: FloatingScalar>(_ value: S) -> Double { unsafeBitCast(value, to: Double.self) }
@inline(__always)
func floats<S>(_ p: UnsafePointer<S>) -> UnsafePointer<Float> {
    UnsafeRawPointer(p).assumingMemoryBound(to: Float.self)
}
@inline(__always)
func floats<S>(_ p: UnsafeMutablePointer<S>) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(p).assumingMemoryBound(to: Float.self)
}
@inline(__always)
func doubles<S>(_ p: UnsafePointer<S>) -> UnsafePointer<Double> {
    UnsafeRawPointer(p).assumingMemoryBound(to: Double.self)
}
@inline(__always)
func doubles<S>(_ p: UnsafeMutablePointer<S>) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(p).assumingMemoryBound(to: Double.self)
}
