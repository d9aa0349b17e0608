import GestaltTensor
import TestSupport
import Testing

/// A chain with every kind of step, and the same by operations one by one.
private func chain(_ x: Fused<Float>, _ y: Fused<Float>, _ b: Fused<Float>) -> Fused<Float> {
    let s = (x * 1.5 + b).gelu()
    let t = (s - y / 3).silu() * s
    return (1 - t.tanh()) / (2 + y.squared()) + (x.sigmoid() * b).exp() - y.relu()
}

private func steps(_ x: Tensor<Float>, _ y: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
    let s = (x * 1.5 + b).gelu()
    let t = (s - y / 3).silu() * s
    return (1 - t.tanh()) / (2 + y.squared()) + (x.sigmoid() * b).exp() - y.relu()
}

@Suite struct FusedTests {
    /// Lengths around those of blocks (2048 floats), and enough for several tasks.
    private static let shapes: [(Shape, Shape)] = [
        ([7], [7]), ([2047], [1]), ([2049], []), ([3, 700], [700]), ([5, 2048], [2048]),
        ([3, 5000], [5000]), ([70, 1000], [1000]), ([41, 3, 1025], [3, 1025]), ([300_001], [1]),
        ([6, 50, 40], [6, 1, 40]),
    ]

    /// Same kernels, same bits, on every set and with any number of threads. In a process of its own,
    /// since threads and instruction set are everybody's.
    @Test func equalsOperationsOneByOne() async {
        await #expect(processExitsWith: .success) {
            for set in possibleSets {
                Runtime.instructionSet = set
                for threads in [1, 2, 3] {
                    Runtime.threads = threads
                    for (shape, bias) in Self.shapes {
                        let problem = Self.disagreement(shape, bias)
                        precondition(problem == nil, "\(shape) \(bias), \(set): \(problem!)")
                    }
                }
            }
        }
    }

    private static func disagreement(_ shape: Shape, _ bias: Shape) -> String? {
        let x = Tensor<Float>.sample(shape, seed: 1, in: -3...3)
        let y = Tensor<Float>.sample(shape, seed: 2, in: -3...3)
        let b = Tensor<Float>.sample(bias, seed: 3)
        if let found = difference(fused(x, y, b, chain), steps(x, y, b), within: 0) { return found }
        let g = Tensor<Float>.sample(shape, seed: 4)
        let found = gradients(at: [x, y, b]) { (fused($0[0], $0[1], $0[2], chain) * g).sum() }
        let expected = gradients(at: [x, y, b]) { (steps($0[0], $0[1], $0[2]) * g).sum() }
        // Parts of a gradient arrive in another order where a value is used more than once, and a
        // bias's are added up in double.
        for (found, expected) in zip(found, expected) {
            let size = expected.scalars.reduce(1) { max($0, Double(abs($1))) }
            let length = shape.elementCount / max(1, found.count)
            let bound = sumTolerance(Float.self, length: length, magnitude: 16 * size)
            if let found = difference(found, expected, within: bound) { return found }
        }
        let again = gradients(at: [x, y, b]) { (fused($0[0], $0[1], $0[2], chain) * g).sum() }
        return found == again ? nil : "other bits"
    }

    /// A function between a line and a sum is computed in one go: the bits stay those of its steps,
    /// wherever it stands in a chain, and whatever of it is used elsewhere too.
    @Test func sumsOfFunctionsOfLines() async {
        await #expect(processExitsWith: .success) {
            for set in possibleSets {
                Runtime.instructionSet = set
                for shape in [[1], [31], [33], [1025], [3, 5000], [1 << 12, 2049]] as [Shape] {
                    let x = Tensor<Float>.sample(shape, seed: 1, in: -4...4)
                    let y = Tensor<Float>.sample(shape, seed: 2, in: -4...4)
                    let (wide, other) = (x.cast(to: Double.self), y.cast(to: Double.self))
                    precondition(
                        fused(x, y) { ($0 * 1.25 + 0.1).gelu() + $1 }
                            == (x * 1.25 + 0.1).gelu() + y)
                    precondition(
                        fused(wide, other) { $1 + (0.3 + $0 * 7).silu() }
                            == other + (0.3 + wide * 7).silu())
                    precondition(fused(x) { $0.relu() + $0 } == x.relu() + x)
                    precondition(
                        fused(x, y) { (($0 - $1) * 3).tanh() + $0 } == ((x - y) * 3).tanh() + x)
                    let line = x * 2 + 1
                    let inner = line.exp() + y
                    let found = fused(x, y) { x, y in
                        let line = x * 2 + 1
                        let inner = line.exp() + y
                        return (inner + 0.5).sigmoid() + inner * line
                    }
                    precondition(found == (inner + 0.5).sigmoid() + inner * line)
                }
                let x = Tensor<Float>([-0.0, 0, .infinity, -.infinity, .nan, 1])
                let y = Tensor<Float>([-0.0, -0.0, 1, 1, 1, 1])
                precondition(
                    fused(x, y) { $0.relu() + $1 }.scalars.map(\.bitPattern)
                        == (x.relu() + y).scalars.map(\.bitPattern))
            }
        }
    }

    /// A result that bypasses the caches (from 32 MiB on), with tasks that begin off a vector.
    @Test func streams() {
        let x = Tensor<Float>.sample([1 << 12, 2049], seed: 1)
        let y = fused(x) { ($0 * 2 + 1).relu() }
        #expect(y == (x * 2 + 1).relu())
        let row = Tensor<Float>.sample([2049], seed: 2)
        let found = gradients(at: [x, row]) { fused($0[0], $0[1]) { $0 * $0 * $1 }.sum() }
        #expect(found[0] == (x * row) + (x * row))
        let squares = (x * x).sum(axes: [0])
        #expect(difference(found[1], squares, within: 1e-2) == nil)
    }

    @Test func views() {
        let x = Tensor<Float>.sample([40, 30], seed: 1)
        let turned = x.permuted([1, 0])
        #expect(fused(turned, turned[0]) { $0.exp() * $1 } == turned.exp() * turned[0])
        #expect(fused(turned) { $0 } == turned)
    }

    @Test func keepsNothingBetween() {
        let x = Tensor<Float>.sample([1 << 20], seed: 1)
        let gradient = gradients(at: [x]) { fused($0[0]) { $0 * $0 * $0 }.sum() }[0]
        #expect(difference(gradient, x * x * 3, within: 1e-6) == nil)
    }

    @Test func mistakesEndTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = fused(Tensor<Float>.ones([3]), Tensor<Float>.ones([2])) { $0 + $1 }
        }
        await #expect(processExitsWith: .failure) {
            _ = fused(Tensor<Float>.ones([3])) { x in
                var inner = x
                _ = fused(Tensor<Float>.ones([3])) { y in
                    inner = y
                    return y
                }
                return x + inner
            }
        }
    }
}
