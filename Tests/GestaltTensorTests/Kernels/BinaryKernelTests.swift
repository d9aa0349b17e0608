import CKernels
import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct BinaryKernelTests {
    /// Steps of both operands along a vector: dense or constant.
    static let steps = [(1, 1), (0, 1), (1, 0), (0, 0)]

    @Test(arguments: possibleSets)
    func arithmeticAtEverySizeAndStep(_ set: Runtime.InstructionSet) {
        check(Float.self, set)
        check(Double.self, set)
    }

    private func check<Scalar: FloatingScalar>(_ type: Scalar.Type, _ set: Runtime.InstructionSet) {
        let operations: [(gk_binary, (Double, Double) -> Double)] = [
            (gk_add, { $0 + $1 }), (gk_subtract, { $0 - $1 }), (gk_multiply, { $0 * $1 }),
            (gk_divide, { $0 / $1 }), (gk_maximum, { max($0, $1) }), (gk_minimum, { min($0, $1) }),
            (gk_power, { pow($0, $1) }),
        ]
        for count in kernelSizes {
            let a = Tensor<Scalar>.sample([count + 1], seed: 2, in: 0.5...2)
            let b = Tensor<Scalar>.sample([count + 1], seed: 3, in: 0.5...2)
            for (aStep, bStep) in Self.steps {
                var walk = gk_walk()
                gk_walk_append(&walk, count, aStep, bStep, 0)
                for (kernel, function) in operations {
                    func made(streams: Int32) -> Tensor<Scalar> {
                        Tensor<Scalar>(uninitialized: [count]) { buffer in
                            guard let target = buffer.baseAddress else { return }
                            gk_binary_walk(
                                Scalar.variant(set), kernel, &walk, a.pointer, b.pointer, target,
                                0, count, streams)
                        }
                    }
                    let found = made(streams: 0)
                    #expect(made(streams: 1) == found)
                    let expected = Tensor<Scalar>.built([count]) {
                        Scalar(
                            function(Double(a.at([$0[0] * aStep])), Double(b.at([$0[0] * bStep]))))
                    }
                    let problem = difference(found, expected) {
                        functionTolerance(Scalar.self, value: $0)
                    }
                    #expect(
                        problem == nil,
                        "\(kernel), \(set), \(count), steps \(aStep) \(bStep): \(problem ?? "")")
                }
            }
        }
    }

    @Test(arguments: [1, 3, 4, 17, 63, 65])
    func shortRepeatedRowsFromAnyElementOn(_ width: Int) {
        let rows = 700
        let a = Tensor<Float>.sample([rows, width], seed: 2)
        let row = Tensor<Float>.sample([width], seed: 3)
        let expected = naiveBroadcast(a, row) { $0 - $1 }
        let swapped = naiveBroadcast(row, a) { $0 - $1 }
        #expect(a - row == expected)
        #expect(row - a == swapped)
        var walk = gk_walk()
        gk_walk_append(&walk, rows, width, 0, 0)
        gk_walk_append(&walk, width, 1, 1, 0)
        for (turn, first) in [0, 1, width, width + 1, 5 * width - 1].enumerated() {
            let count = rows * width - first - 2
            var found = [Float](repeating: 0, count: rows * width)
            gk_binary_walk(
                Float.variant(.portable), gk_subtract, &walk, a.pointer, row.pointer, &found, first,
                count, Int32(turn % 2))
            #expect(
                Array(found[first..<first + count])
                    == Array(expected.scalars[first..<first + count]))
            #expect(found[(first + count)...].allSatisfy { $0 == 0 })
        }
    }

    @Test func notANumberIsKept() {
        let a = Tensor<Float>([.nan, 1, .nan, 2])
        let b = Tensor<Float>([1, .nan, .nan, 3])
        let problem =
            difference(a.maximum(b), Tensor([.nan, .nan, .nan, 3]), within: 0)
            ?? difference(a.minimum(b), Tensor([.nan, .nan, .nan, 2]), within: 0)
        #expect(problem == nil)
        #expect((a .== a).scalars == [false, true, false, true])
        #expect((a .!= a).scalars == [true, false, true, false])
        #expect((a .< b).scalars == [false, false, false, true])
    }

    @Test(arguments: kernelSizes)
    func comparisonsAndSelectionAtEverySize(_ count: Int) {
        let a = Tensor<Int32>((0..<count).map { Int32($0 % 5) })
        let b = Tensor<Int32>((0..<count).map { Int32($0 % 3) })
        #expect((a .== b) == naiveBroadcast(a, b, ==))
        #expect((a .!= b) == naiveBroadcast(a, b, !=))
        #expect((a .< b) == naiveBroadcast(a, b, <))
        #expect((a .<= b) == naiveBroadcast(a, b, <=))
        #expect((a .> 1) == naiveBroadcast(a, Tensor(1), >))
        #expect((a .>= b) == naiveBroadcast(a, b, >=))
        let mask = a .> b
        #expect(a.replacing(with: b, where: mask) == a.minimum(b))
        #expect(
            a.replacing(with: 9, where: !mask) == .built([count]) { mask.at($0) ? a.at($0) : 9 })
        #expect(((mask .| !mask).all().scalar) && !((mask .& !mask).any().scalar))
    }
}
