import GestaltTensor
import TestSupport
import Testing

@Suite struct StructureTests {
    @Test func oneHot() {
        let x = Tensor<Int32>(shape: [2, 1], scalars: [2, 0]).oneHot(depth: 3)
        #expect(x.shape == [2, 1, 3] && x.scalars == [0, 0, 1, 1, 0, 0])
        #expect(Tensor<Int32>([]).oneHot(depth: 2, of: Double.self).shape == [0, 2])
    }

    @Test func matricesFromRows() {
        let x = Tensor<Float>(rows: [[1, 2, 3], [4, 5, 6]])
        #expect(x.shape == [2, 3] && x[1, 0].scalar == 4)
        #expect(
            x.maximum(3).scalars == [3, 3, 3, 4, 5, 6]
                && x.minimum(2).scalars == [1, 2, 2, 2, 2, 2])
    }

    @Test func otherTypesMoveToo() {
        let x = Tensor<UInt8>(shape: [2, 2], scalars: [1, 2, 3, 4])
        #expect(concatenated([x, x], axis: 0).scalars == [1, 2, 3, 4, 1, 2, 3, 4])
        #expect(x.flipped(axis: 1).scalars == [2, 1, 4, 3])
        #expect(x.padded(before: 1, after: 0, axis: 1, value: 9).scalars == [9, 1, 2, 9, 3, 4])
        #expect(x.repeated(2, axis: 0).scalars == [1, 2, 1, 2, 3, 4, 3, 4])
        #expect(x.tiled(2, axis: 0).scalars == [1, 2, 3, 4, 1, 2, 3, 4])
        #expect(x.gathered(Tensor<Int32>([1, 1]), axis: 0).scalars == [3, 4, 3, 4])
        let mask = Tensor<Bool>([true, false])
        #expect(stacked([mask, !mask], axis: 1).scalars == [true, false, false, true])
    }

    @Test func integerArithmetic() {
        let x = Tensor<Int32>([1, -2, .max])
        #expect((x + 1).scalars == [2, -1, .min])
        #expect((2 * x - x).scalars == x.scalars)
        #expect(x.maximum(Tensor(0)).scalars == [1, 0, .max])
        #expect((Tensor<UInt8>([250, 3]) + Tensor<UInt8>([10, 4])).scalars == [4, 7])
        #expect(
            (Tensor<Int64>(shape: [2, 1], scalars: [1, 2]) * Tensor<Int64>([3, 4])).scalars == [
                3, 4, 6, 8,
            ])
    }

    @Test func scatterAddsInParallelAsInOrder() {
        let count = 40_000
        let ids = Tensor<Int32>((0..<count).map { Int32($0 * 7919 % 50) })
        let updates = Tensor<Float>.sample([count, 4], seed: 3)
        let found = Tensor<Float>.zeros([50, 4]).scatterAdded(updates, at: ids, axis: 0)
        var expected = [Float](repeating: 0, count: 200)
        let (values, places) = (updates.scalars, ids.scalars)
        for row in 0..<count {
            for column in 0..<4 {
                expected[Int(places[row]) * 4 + column] += values[row * 4 + column]
            }
        }
        #expect(found.scalars == expected)
    }

    @Test func copiesOfViewsAreIndependent() {
        var x = Tensor<Float>([1, 2, 3])
        let view = x[0..<2]
        x[scalar: 0] = 9
        #expect(view.scalars == [1, 2] && x.scalars == [9, 2, 3])
    }

    @Test func shapesAreChecked() async {
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.zeros([2, 3]) + Tensor<Float>.zeros([2, 4])
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.zeros([2, 3]).gathered(Tensor<Int32>([3]), axis: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = concatenated([Tensor<Float>.zeros([2, 3]), Tensor<Float>.zeros([3, 3])], axis: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.zeros([2, 0]).max(axes: [1])
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.zeros([2]).sum(axes: [0, -1])
        }
    }
}
