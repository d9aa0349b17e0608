import GestaltTensor
import TestSupport
import Testing

@Suite struct SubscriptTests {
    private let x = Tensor<Int32>.range(0..<24).reshaped([2, 3, 4])

    @Test func aViewNotACopyOfAViewToo() {
        let y = x.transposed(0, 2)  // [4, 3, 2]
        #expect(y[1..., ..., 0] == Tensor<Int32>.built([3, 3]) { Int32(1 + $0[0] + 4 * $0[1]) })
        #expect(x[..., -1].scalars == [3, 7, 11, 15, 19, 23])
        #expect(x[0..., ..<1].shape == [2, 1, 4])
        #expect(x[-1, -1, -1].scalar == 23 && x[1][2][3].scalar == 23)
        #expect(x[...] == x && x[0..., ...] == x)
        #expect(x[.newAxis, 0..., 0, .ellipsis, .newAxis].shape == [1, 2, 4, 1])
        #expect(x[(-2)..., -3...(-2)] == x[0..., ..<2] && x[..., -2...(-1)] == x[..., 2...])
        #expect(x[0, 0, stride(from: 3, to: 3, by: 1)].count == 0)
    }

    @Test func assigningLeavesCopiesAloneAndBroadcasts() {
        var y = x
        y[0] = x[1]
        #expect(x[0, 0].scalars == [0, 1, 2, 3])
        #expect(y[0] == x[1] && y[1] == x[1])
        y[..., 1...2] = Tensor([-1, -2])
        #expect(y[1, 2].scalars == [20, -1, -2, 23])
        y[1..., 0, ..<2] = 7
        #expect(y[1, 0].scalars == [7, 7, -2, 15])
        y[0, ..., 0] += 100
        #expect(y[0, ..., 0].scalars == [112, 116, 120])
        var view = x.transposed(0, 2)
        view[0] = 0
        #expect(x[1, 2, 0].scalar == 20 && view[0].sum().scalar == 0 && view[1] != view[0])
    }

    @Test func whatATensorAloneHoldsIsWrittenInPlace() {
        var y = Tensor<Float>.zeros([4, 4])
        let place = y.withScalars { $0.baseAddress }
        y[1, 2...] = 3
        y[1] += 1
        #expect(y.withScalars { $0.baseAddress } == place)
        #expect(y[1].scalars == [1, 1, 4, 4])
    }

    @Test func masksSelectAndAssignOfViewsToo() {
        var y = Tensor<Float>(rows: [[1, -2], [-3, 4], [5, -6]])
        #expect(y[y .< 0].scalars == [-2, -3, -6])
        #expect(y.transposed()[y.transposed() .< 0].scalars == [-3, -2, -6])
        #expect(y[Tensor([true, false, true])] == Tensor(rows: [[1, -2], [5, -6]]))
        #expect(y[Tensor(true)] == y.reshaped([1, 3, 2]) && y[Tensor(false)].shape == [0, 3, 2])
        let copy = y
        y[y .< 0] = 0
        #expect(y.scalars == [1, 0, 0, 4, 5, 0] && copy[0, 1].scalar == -2)
        y[y .> 3] *= 10
        #expect(y.scalars == [1, 0, 0, 40, 50, 0])
        y[Tensor([false, true, true])] = Tensor([7, 8])
        #expect(y == Tensor(rows: [[1, 0], [7, 8], [7, 8]]))
        #expect(Tensor<Bool>([false, true, true]).truePositions().scalars == [1, 2])
        #expect(Tensor<Float>.zeros([0, 2])[Tensor<Bool>([])].shape == [0, 2])
    }

    @Test func iterationGoesOverTheSlicesOfTheOutermostAxis() {
        #expect(x.map { $0[0, 0].scalar } == [0, 12])
        var sum = Tensor<Int32>.zeros([3, 4])
        for slice in x { sum += slice }
        #expect(sum == x.sum(axes: [0]))
        #expect(Array(Tensor<Float>.zeros([0, 2])).isEmpty)
        #expect(zip(x, 0...).allSatisfy { $0 == x[$1] })
    }

    @Test func assignmentsOfConstantsRecordNothingOfTrackedValuesTheyDo() {
        let point = Tensor<Float>([1, 2, 3])
        let gradient = gradients(at: [point]) { v in
            var y = Tensor<Float>.zeros([2, 3])
            y[0] = 5
            let before = y.isTracked
            y[1] = v[0]
            return (y.isTracked && !before ? y.squared() : y).sum()
        }[0]
        #expect(gradient.scalars == [2, 4, 6])
    }

    @Test(arguments: 0..<6)
    func aPlaceOutsideOfTheTensorStopsWithPlaceAndShape(_ number: Int) async throws {
        let (_, words) = outside[number]
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [number] in
            outside[number].0()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(words.allSatisfy { text.contains($0) }, "\(text)")
    }
}

private let outside: [(@Sendable () -> Void, [String])] = [
    ({ _ = Tensor<Float>.zeros([2, 3])[0, 3] }, ["axis 1", "[2, 3]", "from 3"]),
    ({ _ = Tensor<Float>.zeros([2, 3])[0..<3] }, ["axis 0", "[2, 3]"]),
    ({ _ = Tensor<Float>.zeros([2, 3])[0, 0, 0] }, ["3 indices", "[2, 3]"]),
    (
        {
            var x = Tensor<Float>.zeros([2, 3])
            x[0] = Tensor([1, 2])
        }, ["shape [2]", "region of shape [3]"]
    ),
    ({ _ = Tensor<Float>.zeros([2, 3])[Tensor([true])] }, ["mask of shape [1]", "[2, 3]"]),
    ({ for _ in Tensor<Float>(1) {} }, ["shape []", "no axis"]),
]
