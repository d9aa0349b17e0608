import GestaltTensor
import TestSupport
import Testing

private struct Product: Sendable, CustomTestStringConvertible {
    let m, n, k: Int
    var threads: Int { 2 }
    var testDescription: String { "\(m) × \(k) × \(n)" }

    static let all = [
        (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (1, 7, 5), (7, 1, 5), (1, 1, 40), (3, 4, 5),
        (17, 18, 19), (200, 5, 700), (5, 200, 700), (300, 300, 40), (20, 30, 3000), (129, 257, 65),
    ].map { Product(m: $0.0, n: $0.1, k: $0.2) }
}

/// Bound on the error of a sum of products of numbers to 2, doubled: the running sum, and with it
/// each rounding, grows with its length.
private func productTolerance<Scalar: FloatingScalar>(_ type: Scalar.Type, length: Int) -> Double {
    let unit = type == Float.self ? Double(Float.ulpOfOne) : Double.ulpOfOne
    return 8 * unit * Double(length + 1)
}

@Suite struct GEMMTests {
    /// Both forms, all transposes, with gaps between rows that must stay as they are.
    @Test(arguments: Product.all)
    private func pointers(_ p: Product) {
        check(p, Float.self)
        check(p, Double.self)
    }

    private func check<Scalar: FloatingScalar>(_ p: Product, _ type: Scalar.Type) {
        let gap = 3
        let a = Tensor<Scalar>.sample([p.m, p.k], seed: 1)
        let b = Tensor<Scalar>.sample([p.k, p.n], seed: 2)
        let sums = naiveSums(p, a.scalars.map { Double($0) }, b.scalars.map { Double($0) })
        let bound = productTolerance(Scalar.self, length: p.k)
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            let x = stored(ta ? a.transposed() : a, gap: gap)
            let y = stored(tb ? b.transposed() : b, gap: gap)
            for (alpha, beta) in [(1, 0), (2, 1), (1, 0.5)] as [(Scalar, Scalar)] {
                let start =
                    beta == 0
                    ? Tensor<Scalar>(repeating: .nan, shape: [p.m, p.n + gap])
                    : .sample([p.m, p.n + gap], seed: 3)
                var expected = start
                expected.withMutableScalars { c in
                    for i in 0..<p.m {
                        for j in 0..<p.n {
                            let at = i * (p.n + gap) + j
                            let old = beta == 0 ? 0 : beta * c[at]
                            c[at] = Scalar(sums[i * p.n + j]) * alpha + old
                        }
                    }
                }
                for parallel in [false, true] {
                    var c = start
                    multiply(x, y, &c, p, ta, tb, alpha, beta, parallel)
                    #expect(difference(c, expected, within: bound) == nil, "\(ta) \(tb) \(beta)")
                }
            }
        }
    }

    private func naiveSums(_ p: Product, _ a: [Double], _ b: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: p.m * p.n)
        for i in 0..<p.m {
            for t in 0..<p.k {
                for j in 0..<p.n { sums[i * p.n + j] += a[i * p.k + t] * b[t * p.n + j] }
            }
        }
        return sums
    }

    /// The matrix with unused columns behind it.
    private func stored<Scalar: FloatingScalar>(
        _ x: Tensor<Scalar>, gap: Int
    ) -> Tensor<Scalar> {
        let (rows, columns) = (x.shape[0], x.shape[1])
        let scalars = x.scalars
        return Tensor(
            shape: [rows, columns + gap],
            scalars: (0..<rows).flatMap { row in
                Array(scalars[row * columns..<(row + 1) * columns])
                    + [Scalar](repeating: .nan, count: gap)
            })
    }

    private func multiply<Scalar: FloatingScalar>(
        _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ c: inout Tensor<Scalar>, _ p: Product,
        _ ta: Bool, _ tb: Bool, _ alpha: Scalar, _ beta: Scalar, _ parallel: Bool
    ) {
        let (lda, ldb, ldc) = (a.shape[1], b.shape[1], c.shape[1])
        a.withScalars { x in
            b.withScalars { y in
                c.withMutableScalars { z in
                    guard let x = x.baseAddress, let y = y.baseAddress, let z = z.baseAddress
                    else { return }
                    if parallel {
                        parallelGEMM(
                            ta, tb, m: p.m, n: p.n, k: p.k, alpha: alpha, x, lda: lda, y, ldb: ldb,
                            beta: beta, z, ldc: ldc)
                    } else {
                        gemm(
                            ta, tb, m: p.m, n: p.n, k: p.k, alpha: alpha, x, lda: lda, y, ldb: ldb,
                            beta: beta, z, ldc: ldc)
                    }
                }
            }
        }
    }

    @Test func theSplitFollowsTheShape() {
        #expect(ProductSplit(m: 8, n: 8, k: 8, threads: 2) == .whole)
        #expect(ProductSplit(m: 4096, n: 64, k: 64, threads: 1) == .whole)
        #expect(ProductSplit(m: 1000, n: 64, k: 64, threads: 2) == .rows(528))
        #expect(ProductSplit(m: 64, n: 1000, k: 64, threads: 2) == .columns(528))
        #expect(ProductSplit(m: 64, n: 64, k: 4096, threads: 2) == .sums(2048))
    }

    @Test func mistakesEndTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.ones([2, 3]).matmul(.ones([4, 2]))
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.ones([2, 2, 3]).matmul(.ones([3, 3, 2]))
        }
        await #expect(processExitsWith: .failure) { _ = Tensor<Float>(1).matmul(.ones([1])) }
    }

    /// Batches, in `Float`, large enough for every path.
    @Test(arguments: [[2, 90, 80, 90], [40, 20, 10, 9], [300, 8, 8, 8], [70, 1, 33, 9]])
    func batches(_ sizes: [Int]) {
        let (count, m, k, n) = (sizes[0], sizes[1], sizes[2], sizes[3])
        let a = Tensor<Float>.sample([count, m, k], seed: 1)
        let b = Tensor<Float>.sample([count, n, k], seed: 2)
        let bound = productTolerance(Float.self, length: k)
        let expected = naiveProduct(a, b, false, true)
        #expect(difference(a.matmul(b, transposingSecond: true), expected, within: bound) == nil)
        #expect(difference(a.matmul(b.transposed()), expected, within: bound) == nil)
        let views = a.transposed(0, 1).copied().transposed(0, 1)
        #expect(difference(views.matmul(b.transposed()), expected, within: bound) == nil)
    }
}
