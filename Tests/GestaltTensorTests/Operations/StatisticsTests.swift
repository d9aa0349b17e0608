import GestaltTensor
import TestSupport
import Testing

@Suite struct StatisticsTests {
    @Test func quantilesOfInfinitiesAndNaN() {
        #expect(Tensor<Float>([.infinity, .infinity]).median().scalar == .infinity)
        #expect(Tensor<Float>([-.infinity, 1, 2]).quantile(0.5).scalar == 1)
        #expect(Tensor<Float>([1, .nan, 2]).quantile(0.25).scalar.isNaN)
        #expect(Tensor<Float>(5).median().scalar == 5)
        #expect(Tensor<Float>.zeros([0, 2]).median(axes: [1], keepingAxes: true).shape == [0, 1])
        #expect(
            Tensor<Float>(rows: [[1, 9], [3, 5]]).transposed().median(axes: [-1]).scalars == [2, 7])
    }

    @Test(arguments: [1, 3, 10])
    func aHistogramCountsByItsEdges(_ bins: Int) {
        let x = Tensor<Double>.sample([5, 40], in: -1...1)
        let (counts, edges) = x.transposed().histogram(bins: bins, in: -0.5...0.7)
        let e = edges.scalars
        #expect(e.count == bins + 1 && e.first == -0.5 && e.last == 0.7)
        for bin in 0..<bins {
            let inside = x.scalars.filter {
                e[bin] <= $0 && ($0 < e[bin + 1] || bin == bins - 1 && $0 == e[bin + 1])
            }
            #expect(counts.scalars[bin] == inside.count)
        }
    }

    @Test func histogramOfItsOwnRange() {
        let (counts, edges) = Tensor<Float>([0, 1, 2, 3, 4, 4]).histogram(bins: 4)
        #expect(counts.scalars == [1, 1, 1, 3] && edges.scalars == [0, 1, 2, 3, 4])
        #expect(Tensor<Float>([2, 2]).histogram(bins: 2).counts.scalars == [0, 2])
        #expect(Tensor<Float>([]).histogram(bins: 2).counts.scalars == [0, 0])
        #expect(Tensor<Float>([.nan, 0.5]).histogram(bins: 1, in: 0...1).counts.scalars == [1])
    }

    @Test func distinctValuesInOrderWhereEachCameFromAndHowOften() {
        let x = Tensor<Int32>(rows: [[3, 1, 3], [2, 1, 3]])
        let (values, inverse, counts) = x.unique()
        #expect(values.scalars == [1, 2, 3] && counts.scalars == [2, 1, 3])
        #expect(inverse.shape == x.shape && values.gathered(inverse, axis: 0) == x)
        let turned = x.transposed().unique()
        #expect(turned.values.gathered(turned.inverse, axis: 0) == x.transposed())
        let nans = Tensor<Float>([.nan, 1, .nan, -0.0, 0]).unique()
        #expect(nans.values.count == 3 && nans.counts.scalars == [2, 1, 2])
        #expect(nans.values.scalars[2].isNaN)
        #expect(Tensor<UInt8>([]).unique().values.count == 0)
    }

    @Test func runningExtremaKeepNaN() {
        let x = Tensor<Float>([1, 3, 2, .nan, 5])
        let y = x.cumulativeMaximum(axis: 0).scalars
        #expect(Array(y[..<3]) == [1, 3, 3] && y[3].isNaN && y[4].isNaN)
        #expect(Tensor<Int32>([3, 1, 2]).cumulativeMinimum(axis: -1).scalars == [3, 1, 1])
        let tied = gradients(at: [Tensor<Float>([2, 2, 1])]) { v in
            v[0].cumulativeMaximum(axis: 0).sum()
        }
        #expect(tied[0].scalars == [3, 0, 0])
    }

    @Test func aNormOfZerosHasGradient0() {
        for order in [NormOrder.two, .one, .maximum, .power(3), .power(1.5)] {
            let (value, slopes) = valueAndGradients(at: [Tensor<Float>.zeros([3])]) { v in
                v[0].norm(order)
            }
            #expect(value.scalar == 0 && slopes[0].isFinite().all().scalar, "\(order)")
        }
        #expect(Tensor<Float>([3, -4]).norm().scalar == 5)
    }

    @Test func ofOtherTypesToo() {
        let x = Tensor<UInt8>(rows: [[1, 2], [3, 4]])
        #expect(x.diagonal().scalars == [1, 4] && x.upperTriangle().scalars == [1, 2, 0, 4])
        #expect(
            Tensor<Bool>([true, false]).diagonalMatrix().scalars == [true, false, false, false])
    }

    @Test(arguments: 0..<5)
    func equationsAndShapesThatDoNotFit(_ number: Int) async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [number] in
            let x = Tensor<Float>.zeros([2, 3])
            switch number {
            case 0: _ = einsum("ij,jk->ik", x, x)
            case 1: _ = einsum("ij,jk", x, x)
            case 2: _ = einsum("...j->j", x)
            case 3: _ = Tensor<Float>([1]).dot(Tensor([1, 2]))
            default: _ = Tensor<Float>([1, 2]).trace()
            }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let expected = [
            "axis j of \"ij,jk->ik\" has two lengths in shapes [[2, 3], [2, 3]]",
            "is not of the form", "no letters", "dot: [1] and [2]", "axis -2",
        ]
        #expect(text.contains(expected[number]), "\(text)")
    }
}
