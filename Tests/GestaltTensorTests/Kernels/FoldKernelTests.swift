import CKernels
import GestaltTensor
import TestSupport
import Testing

@Suite struct FoldKernelTests {
    static let slabs = [
        (1, 0, 1), (3, 1, 1), (2, 15, 1), (2, 16, 1), (2, 17, 1), (1, 1023, 1), (2, 1025, 1),
        (1, 5000, 1),
        (1, 7, 3), (2, 130, 3), (1, 300, 63), (2, 5, 64), (1, 129, 65), (1, 70, 257), (0, 3, 2),
    ]

    @Test(arguments: slabs)
    func everyFoldOfEveryShape(_ slab: (outer: Int, reduced: Int, inner: Int)) {
        for set in possibleSets {
            check(Float.self, set, slab)
            check(Double.self, set, slab)
        }
    }

    private func check<Scalar: FloatingScalar>(
        _ type: Scalar.Type, _ set: Runtime.InstructionSet,
        _ slab: (outer: Int, reduced: Int, inner: Int)
    ) {
        let (outer, reduced, inner) = slab
        let x = Tensor<Scalar>.sample([outer, reduced, inner], seed: 8, in: 0.9...1.1)
        let shift = Tensor<Scalar>.sample([outer, inner], seed: 9, in: 0.9...1.1)
        let folds: [(gk_fold, Double, (Double, Double, Double) -> Double)] = [
            (gk_sum, 0, { total, v, _ in total + v }),
            (gk_product, 1, { total, v, _ in total * v }),
            (gk_max, -.infinity, { total, v, _ in max(total, v) }),
            (gk_min, .infinity, { total, v, _ in min(total, v) }),
            (gk_centered_squares, 0, { total, v, s in total + (v - s) * (v - s) }),
        ]
        for (fold, start, step) in folds {
            let found = Tensor<Scalar>(uninitialized: [outer, inner]) { buffer in
                guard let target = buffer.baseAddress else { return }
                gk_fold_axis(
                    Scalar.variant(set), fold, x.pointer,
                    fold == gk_centered_squares ? shift.pointer : nil, target, outer, reduced, inner
                )
            }
            let expected = Tensor<Scalar>.built([outer, inner]) { at in
                Scalar(
                    (0..<reduced).reduce(start) {
                        step($0, Double(x.at([at[0], $1, at[1]])), Double(shift.at(at)))
                    })
            }
            let problem = difference(found, expected) {
                sumTolerance(Scalar.self, length: reduced, magnitude: abs($0))
            }
            #expect(problem == nil, "fold \(fold.rawValue), \(set), \(slab): \(problem ?? "")")
        }
    }

    /// Alternating large and small terms: added one by one in float they lose all small ones.
    @Test func sumsStayExactOverLength() {
        let count = 1 << 22
        let x = Tensor<Float>(repeating: 0.1, shape: [count])
        let exact = Double(Float(0.1)) * Double(count)
        #expect(abs(Double(x.sum().scalar) - exact) <= exact * 1e-6)
        let columns = x.reshaped([count / 8, 8]).sum(axes: [0])
        #expect(columns.scalars.allSatisfy { abs(Double($0) - exact / 8) <= exact / 8 * 1e-6 })
        let rows = x.reshaped([4, -1]).sum(axes: [1])
        #expect(rows.scalars.allSatisfy { abs(Double($0) - exact / 4) <= exact / 4 * 1e-6 })
    }

    @Test func notANumberReachesTheExtremum() {
        let x = Tensor<Float>(shape: [2, 3], scalars: [1, .nan, 3, 4, 5, 6])
        #expect(x.max(axes: [1]).scalars[0].isNaN && x.max(axes: [1]).scalars[1] == 6)
        #expect(x.min(axes: [0]).scalars[1].isNaN)
        #expect(x.argmax(axis: 1).scalars == [1, 2])
        #expect(x.argmin(axis: 1).scalars == [1, 0])
    }

    @Test(arguments: [1, 15, 64, 65, 200])
    func positionsOfExtrema(_ length: Int) {
        let x = Tensor<Float>.distinct([3, length, 2], seed: UInt64(length))
        let expected = Tensor<Int32>.built([3, 2]) { at in
            let line = (0..<length).map { x.at([at[0], $0, at[1]]) }
            return Int32(line.firstIndex(of: line.max()!)!)
        }
        #expect(x.argmax(axis: 1) == expected)
        #expect((-x).argmin(axis: -2) == expected)
        #expect(Tensor<Float>.ones([length]).argmax(axis: 0).scalar == 0)
    }

    @Test func integersAndTruthValues() {
        let x = Tensor<Int32>(shape: [2, 3], scalars: [3, -1, 2, 7, 0, -5])
        #expect(x.sum(axes: [1]).scalars == [4, 2])
        #expect(x.max(axes: [0]).scalars == [7, 0, 2])
        #expect(x.min().scalar == -5)
        #expect(x.argmin(axis: 1).scalars == [1, 2])
        #expect(Tensor<UInt8>([200, 100]).sum().scalar == 44)
        #expect(Tensor<Int64>([1 << 40, 1 << 41]).sum().scalar == 3 << 40)
        let mask = x .> 0
        #expect(mask.any(axes: [0]).scalars == [true, false, true])
        #expect(mask.all(axes: [0]).scalars == [true, false, false])
        #expect(Tensor<Bool>.zeros([0]).all().scalar && !Tensor<Bool>.zeros([0]).any().scalar)
    }
}
