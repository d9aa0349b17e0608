import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct RandomStreamTests {
    @Test func aCopyRepeatsAndACounterRewinds() {
        var stream = RandomStream(seed: 1)
        _ = stream.next()
        var copy = stream
        let first: Tensor<Float> = stream.normal([10])
        #expect(copy.normal([10]) == first)
        let mark = stream.counter
        let second: Tensor<Float> = stream.normal([10])
        stream.counter = mark
        #expect(stream.normal([10]) == second)
        #expect(first != second)
    }

    @Test func splitsDependOnOriginAndIndexAlone() {
        var stream = RandomStream(seed: 1)
        let before = stream.split(5)
        let _: Tensor<Float> = stream.uniform([7])
        #expect(stream.split(5) == before)
        let relatives = [stream.split(4), before, before.split(5), RandomStream(seed: 2).split(5)]
        for (i, a) in relatives.enumerated() {
            for b in relatives[..<i] { #expect(a != b) }
        }
    }

    @Test func survivesEncoding() throws {
        var stream = RandomStream(seed: .max).split(9)
        _ = stream.next()
        let data = try JSONEncoder().encode(stream)
        #expect(try JSONDecoder().decode(RandomStream.self, from: data) == stream)
    }

    @Test func shorterDrawsArePrefixes() {
        let stream = RandomStream(seed: 3)
        var (a, b, c, d) = (stream, stream, stream, stream)
        let long: Tensor<Float> = a.normal([100_003])
        let short: Tensor<Float> = b.normal([129])
        #expect(long[0..<129] == short)
        let flags = c.bernoulli([70_000], probability: 0.4)
        #expect(flags[0..<70] == d.bernoulli([70], probability: 0.4))
    }

    /// In a process of its own, since threads and instruction set are everybody's.
    @Test func threadsAndInstructionSetsChangeNothing() async {
        await #expect(processExitsWith: .success) {
            func draws() -> [Tensor<Double>] {
                var stream = RandomStream(seed: 11)
                let uniform: Tensor<Float> = stream.uniform([50_001], in: -3..<0.1)
                let normal: Tensor<Float> = stream.normal([50_001], mean: 1, standardDeviation: 3)
                let truncated: Tensor<Float> = stream.truncatedNormal([5_001])
                let classes = stream.categorical(normal[0..<50_000].reshaped([50, 1000]))
                return [
                    stream.uniform([50_001], in: -3..<0.1), stream.normal([50_001]),
                    uniform.mapped(Double.init), normal.mapped(Double.init),
                    truncated.mapped(Double.init), classes.mapped(Double.init),
                    stream.bernoulli([50_001], probability: 0.3).mapped { $0 ? 1 : 0 },
                ]
            }
            Runtime.threads = 1
            Runtime.instructionSet = .portable
            let expected = draws()
            for threads in [1, 2, 3] {
                for set in Runtime.InstructionSet.allCases
                where set <= Processor.current.instructionSet {
                    Runtime.threads = threads
                    Runtime.instructionSet = set
                    precondition(draws() == expected, "\(threads) threads, \(set)")
                }
            }
        }
    }

    @Test func boundsAreKept() {
        var stream = RandomStream(seed: 4)
        // The width of this range is lost in rounding unless the upper bound is guarded.
        let narrow: Tensor<Float> = stream.uniform([10_000], in: 1..<Float(1).nextUp)
        #expect(narrow.scalars.allSatisfy { $0 == 1 })
        let wide: Tensor<Float> = stream.uniform([10_000], in: -1000..<1)
        #expect(wide.scalars.allSatisfy { $0 >= -1000 && $0 < 1 })
        let truncated: Tensor<Float> = stream.truncatedNormal(
            [10_000], mean: 5, standardDeviation: 2, limit: 0.5)
        #expect(truncated.scalars.allSatisfy { $0 >= 4 && $0 <= 6 })
        #expect((0..<1000).allSatisfy { _ in (-3..<4).contains(stream.integer(in: -3..<4)) })
        #expect((0..<100).allSatisfy { _ in stream.integer(in: Int.min..<Int.max) < Int.max })
        #expect((0..<1000).allSatisfy { _ in (2..<2.5).contains(stream.number(in: 2..<2.5)) })
        #expect(stream.bernoulli([1000], probability: 0).scalars.allSatisfy { !$0 })
        #expect(stream.bernoulli([1000], probability: 1).scalars.allSatisfy { $0 })
    }

    @Test func emptyShapesAreServed() {
        var stream = RandomStream(seed: 4)
        #expect((stream.uniform([0, 3]) as Tensor<Float>).count == 0)
        #expect((stream.truncatedNormal([0]) as Tensor<Float>).count == 0)
        #expect(stream.permutation(0).count == 0)
        #expect(stream.categorical(Tensor<Float>.zeros([0, 3])).shape == [0])
    }

    @Test func badArgumentsEndTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var stream = RandomStream(seed: 1)
            let _: Tensor<Float> = stream.uniform([1], in: 0..<Float.infinity)
        }
        await #expect(processExitsWith: .failure) {
            var stream = RandomStream(seed: 1)
            _ = stream.bernoulli([1], probability: 1.5)
        }
    }
}
