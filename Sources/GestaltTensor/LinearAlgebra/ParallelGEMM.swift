import CKernels

/// Computes the product of `gemm` on all threads: the same arguments, the same result except for
/// the order of sums.
///
/// The division depends on m, n, k and `Runtime.threads` alone: rows of the result, or columns when
/// there are more of those, or, for a small result of long sums (a weight gradient), the sums,
/// whose parts are added in order.
package func parallelGEMM<S: FloatingScalar>(
    _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, alpha: S = 1,
    _ a: UnsafePointer<S>, lda: Int, _ b: UnsafePointer<S>, ldb: Int, beta: S = 0,
    _ c: UnsafeMutablePointer<S>, ldc: Int
) {
    switch ProductSplit(m: m, n: n, k: k, threads: Runtime.threads) {
    case .whole:
        gemm(
            transposeA, transposeB, m: m, n: n, k: k, alpha: alpha, a, lda: lda, b, ldb: ldb,
            beta: beta, c, ldc: ldc)
    case .rows(let length):
        parallelFor((m - 1) / length + 1) { task in
            let first = task * length
            gemm(
                transposeA, transposeB, m: min(length, m - first), n: n, k: k, alpha: alpha,
                a + first * (transposeA ? 1 : lda), lda: lda, b, ldb: ldb, beta: beta,
                c + first * ldc, ldc: ldc)
        }
    case .columns(let length):
        parallelFor((n - 1) / length + 1) { task in
            let first = task * length
            gemm(
                transposeA, transposeB, m: m, n: min(length, n - first), k: k, alpha: alpha,
                a, lda: lda, b + first * (transposeB ? ldb : 1), ldb: ldb, beta: beta,
                c + first, ldc: ldc)
        }
    case .sums(let length):
        splitSums(length, m: m, n: n, k: k, beta: beta, c, ldc: ldc) { range, part in
            gemm(
                transposeA, transposeB, m: m, n: n, k: range.count, alpha: alpha,
                a + range.lowerBound * (transposeA ? lda : 1), lda: lda,
                b + range.lowerBound * (transposeB ? 1 : ldb), ldb: ldb, part, ldc: n)
        }
    }
}

/// The division of a product among threads.
package enum ProductSplit: Equatable, Sendable {
    case whole
    /// The number of rows, columns or terms of the sums per task; the last task may have fewer.
    case rows(Int)
    case columns(Int)
    case sums(Int)

    /// The number of multiplications below which a second thread costs more than it saves (about 10
    /// µs of work).
    private static let smallest = 1 << 19
    /// The maximum number of rows or columns per block in BLAS kernels.
    private static let block = 48
    /// The minimum number of terms of a sum per task, so that adding the parts costs little.
    private static let shortestSum = 512

    package init(m: Int, n: Int, k: Int, threads: Int) {
        guard threads > 1, m > 0, n > 0, k > 0, m * n * k >= Self.smallest else {
            self = .whole
            return
        }
        let longest = max(m, n)
        if longest < threads * Self.block, k >= threads * Self.shortestSum {
            self = .sums((k - 1) / threads + 1)
            return
        }
        // Two tasks per thread when they remain long: a disturbed core then costs less.
        let tasks = longest >= 16 * threads * Self.block ? 2 * threads : threads
        let even = (longest - 1) / tasks + 1
        let length =
            longest >= threads * Self.block
            ? (even - 1) / Self.block * Self.block + Self.block : even
        guard length < longest else {
            self = .whole
            return
        }
        self = m >= n ? .rows(length) : .columns(length)
    }
}

/// Runs `product` over parts of the sums into separate buffers, `[m, n]` each, and adds them up in
/// order: c = beta · c + Σ parts.
private func splitSums<S: FloatingScalar>(
    _ length: Int, m: Int, n: Int, k: Int, beta: S, _ c: UnsafeMutablePointer<S>, ldc: Int,
    _ product: (Range<Int>, UnsafeMutablePointer<S>) -> Void
) {
    let tasks = (k - 1) / length + 1
    let parts = Storage<S>(count: tasks * m * n)
    let start = parts.pointer
    withExtendedLifetime(parts) {
        parallelFor(tasks) { task in
            let first = task * length
            product(first..<min(k, first + length), start + task * m * n)
        }
        let variant = S.variant
        for row in 0..<m {
            let target = c + row * ldc
            if beta == 0 {
                target.clear(count: n)
            } else if beta != 1 {
                for column in 0..<n { target[column] *= beta }
            }
            for task in 0..<tasks {
                gk_accumulate(variant, start + (task * m + row) * n, target, n)
            }
        }
    }
}
