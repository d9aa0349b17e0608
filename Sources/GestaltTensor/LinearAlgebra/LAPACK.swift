import CBLAS

/// The routines of LAPACK that are used here, for both scalar types, on row-major memory. All
/// return LAPACK's `info`: 0, or positive with a meaning defined by the routine, or negative when
/// the input holds NaN.
enum LAPACK {
    private static let rowMajor = Int32(LAPACK_ROW_MAJOR)
    private static func letter(_ character: Unicode.Scalar) -> CChar { CChar(character.value) }

    /// Computes the thin singular value decomposition; `a` `[m, n]` is destroyed.
    static func gesdd<S: FloatingScalar>(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<S>, _ s: UnsafeMutablePointer<S>,
        _ u: UnsafeMutablePointer<S>, _ vt: UnsafeMutablePointer<S>
    ) -> Int32 {
        let (k, job) = (Int32(min(m, n)), letter("S"))
        let (m, n) = (Int32(m), Int32(n))
        if S.self == Float.self {
            return LAPACKE_sgesdd(
                rowMajor, job, m, n, floats(a), n, floats(s), floats(u), k, floats(vt), n)
        }
        return LAPACKE_dgesdd(
            rowMajor, job, m, n, doubles(a), n, doubles(s), doubles(u), k, doubles(vt), n)
    }

    /// Computes Householder QR: R above the diagonal of `a` `[m, n]`, reflectors below it and in
    /// `tau`.
    static func geqrf<S: FloatingScalar>(
        _ m: Int, _ n: Int, _ a: UnsafeMutablePointer<S>, _ tau: UnsafeMutablePointer<S>
    ) -> Int32 {
        let (m, n) = (Int32(m), Int32(n))
        if S.self == Float.self { return LAPACKE_sgeqrf(rowMajor, m, n, floats(a), n, floats(tau)) }
        return LAPACKE_dgeqrf(rowMajor, m, n, doubles(a), n, doubles(tau))
    }

    /// Writes Q `[m, k]` from the reflectors, over the first k columns of `a`, whose rows are `lda`
    /// apart.
    static func orgqr<S: FloatingScalar>(
        _ m: Int, _ k: Int, _ a: UnsafeMutablePointer<S>, lda: Int, _ tau: UnsafePointer<S>
    ) -> Int32 {
        let (m, k, lda) = (Int32(m), Int32(k), Int32(lda))
        if S.self == Float.self {
            return LAPACKE_sorgqr(rowMajor, m, k, k, floats(a), lda, floats(tau))
        }
        return LAPACKE_dorgqr(rowMajor, m, k, k, doubles(a), lda, doubles(tau))
    }

    /// Eigenvalues, ascending, and eigenvectors (the columns of `a` afterwards) of a symmetric
    /// matrix stored in its lower triangle.
    static func syevd<S: FloatingScalar>(
        _ n: Int, _ a: UnsafeMutablePointer<S>, _ values: UnsafeMutablePointer<S>
    ) -> Int32 {
        let n = Int32(n)
        if S.self == Float.self {
            return LAPACKE_ssyevd(
                rowMajor, letter("V"), letter("L"), n, floats(a), n, floats(values))
        }
        return LAPACKE_dsyevd(
            rowMajor, letter("V"), letter("L"), n, doubles(a), n, doubles(values))
    }

    /// Writes the Cholesky factor over the lower triangle of `a`.
    static func potrf<S: FloatingScalar>(_ n: Int, _ a: UnsafeMutablePointer<S>) -> Int32 {
        let n = Int32(n)
        if S.self == Float.self {
            return LAPACKE_spotrf(rowMajor, letter("L"), n, floats(a), n)
        }
        return LAPACKE_dpotrf(rowMajor, letter("L"), n, doubles(a), n)
    }

    /// Solves a·X = b, writing X over `b` `[n, columns]`; `a` is destroyed.
    static func gesv<S: FloatingScalar>(
        _ n: Int, _ columns: Int, _ a: UnsafeMutablePointer<S>,
        _ pivots: UnsafeMutablePointer<Int32>, _ b: UnsafeMutablePointer<S>
    ) -> Int32 {
        let (n, columns) = (Int32(n), Int32(columns))
        if S.self == Float.self {
            return LAPACKE_sgesv(rowMajor, n, columns, floats(a), n, pivots, floats(b), columns)
        }
        return LAPACKE_dgesv(rowMajor, n, columns, doubles(a), n, pivots, doubles(b), columns)
    }

    /// Computes the LU decomposition with row exchanges; `pivots` count from 1.
    static func getrf<S: FloatingScalar>(
        _ n: Int, _ a: UnsafeMutablePointer<S>, _ pivots: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        let n = Int32(n)
        if S.self == Float.self { return LAPACKE_sgetrf(rowMajor, n, n, floats(a), n, pivots) }
        return LAPACKE_dgetrf(rowMajor, n, n, doubles(a), n, pivots)
    }

    /// Computes the inverse from the LU decomposition.
    static func getri<S: FloatingScalar>(
        _ n: Int, _ a: UnsafeMutablePointer<S>, _ pivots: UnsafePointer<Int32>
    ) -> Int32 {
        let n = Int32(n)
        if S.self == Float.self { return LAPACKE_sgetri(rowMajor, n, floats(a), n, pivots) }
        return LAPACKE_dgetri(rowMajor, n, doubles(a), n, pivots)
    }

    /// Writes the shortest X with the smallest ‖a·X − b‖, over the first n rows of `b`
    /// `[max(m, n), columns]`. Singular values below `limit` times the largest count as zero;
    /// negative: machine precision.
    static func gelsd<S: FloatingScalar>(
        _ m: Int, _ n: Int, _ columns: Int, _ a: UnsafeMutablePointer<S>,
        _ b: UnsafeMutablePointer<S>, _ s: UnsafeMutablePointer<S>, limit: S
    ) -> Int32 {
        var rank: Int32 = 0
        let (m, n, columns) = (Int32(m), Int32(n), Int32(columns))
        if S.self == Float.self {
            return LAPACKE_sgelsd(
                rowMajor, m, n, columns, floats(a), n, floats(b), columns, floats(s), float(limit),
                &rank)
        }
        return LAPACKE_dgelsd(
            rowMajor, m, n, columns, doubles(a), n, doubles(b), columns, doubles(s), double(limit),
            &rank)
    }
}
