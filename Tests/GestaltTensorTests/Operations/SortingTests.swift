import GestaltTensor
import TestSupport
import Testing

@Suite struct SortingTests {
    @Test(arguments: [1, 2, 15, 16, 17, 33, 200, 1000])
    func stableInBothDirections(_ length: Int) {
        var numbers = TestNumbers(seed: 6)
        let keys = (0..<2 * length).map { _ in Int32(numbers.next() % 7) }
        let x = Tensor<Int32>(shape: [2, length], scalars: keys)
        for descending in [false, true] {
            let (values, indices) = x.sorted(axis: 1, descending: descending)
            for row in 0..<2 {
                let line = Array(keys[row * length..<(row + 1) * length])
                let expected = line.indices.sorted {
                    line[$0] == line[$1]
                        ? $0 < $1 : descending ? line[$0] > line[$1] : line[$0] < line[$1]
                }
                #expect(indices[row].scalars == expected.map(Int32.init))
                #expect(values[row].scalars == expected.map { line[$0] })
            }
        }
    }

    @Test(arguments: [0, 1, 3, 8, 70, 999])
    func theBestKAreTheHeadOfTheSorted(_ k: Int) {
        let x =
            Tensor<Float>.sample([2, 999], seed: 2).floor()
            + Tensor<Float>.distinct([999], gap: 0.002)
        let (values, indices) = x.topK(k)
        let all = x.sorted(descending: true)
        #expect(values == all.values[0..<2].sliced(0..<k, axis: 1))
        #expect(indices == all.indices.sliced(0..<k, axis: 1))
    }

    @Test func notANumberIsLargest() {
        let x = Tensor<Float>([2, .nan, -.infinity, .infinity, .nan])
        #expect(x.sorted().indices.scalars == [2, 0, 3, 1, 4])
        #expect(x.sorted(descending: true).indices.scalars == [1, 4, 3, 0, 2])
        #expect(x.topK(2).indices.scalars == [1, 4])
    }

    @Test func alongAnOuterAxis() {
        let x = Tensor<Double>(shape: [3, 2], scalars: [3, 1, 1, 2, 2, 0])
        #expect(x.sorted(axis: 0).values.scalars == [1, 0, 2, 1, 3, 2])
        #expect(x.topK(1, axis: 0).indices.scalars == [0, 1])
    }
}
