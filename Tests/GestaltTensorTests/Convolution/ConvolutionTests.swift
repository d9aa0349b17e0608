@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

@Suite struct ConvolutionTests {
    @Test(arguments: 0..<UInt64(220))
    func valueAndGradientsAgreeWithPlainLoops(seed: UInt64) {
        let problems = loopProblems(Float.self, seed) + loopProblems(Double.self, seed)
        #expect(problems.isEmpty, "\(problems.joined(separator: "; "))")
    }

    private func loopProblems<Scalar: FloatingScalar>(
        _ type: Scalar.Type, _ seed: UInt64
    ) -> [String] {
        let c = RandomConvolution(seed: seed)
        let v = c.inputs(type)
        let g = c.geometry
        let shape = c.isTransposed ? g.inputShape : g.outputShape
        let cotangent = Tensor<Scalar>.sample(shape, seed: seed + 9, in: -1...1)
        let value = c.apply(v)
        let gradients = GestaltTensor.gradients(at: v) { (c.apply($0) * cotangent).sum() }
        func doubles(_ x: Tensor<Scalar>) -> [Double] { x.scalars.map { Double($0) } }
        let expected = naiveConvolution(
            c, x: doubles(v[0]), weight: doubles(v[1]), bias: c.hasBias ? doubles(v[2]) : [],
            cotangent: doubles(cotangent))
        // No sum here is longer than the patches or the outputs; its terms are at most 1.
        let length = max(v[0].count, v[1].count, cotangent.count)
        let bound = sumTolerance(type, length: length, magnitude: 1) * 2
        func check(_ name: String, _ found: Tensor<Scalar>, _ wanted: [Double]) -> String? {
            let wanted = Tensor<Scalar>(shape: found.shape, scalars: wanted.map { Scalar($0) })
            return difference(found, wanted, tolerance: { _ in bound }).map {
                "\(name): \($0) of \(type), \(c)"
            }
        }
        guard value.shape == shape else { return ["shape \(value.shape), not \(shape), of \(c)"] }
        return [
            check("value", value, expected.y), check("input gradient", gradients[0], expected.dx),
            check("weight gradient", gradients[1], expected.dWeight),
            c.hasBias
                ? check(
                    "bias gradient", gradients[2],
                    doubles(cotangent.sum(axes: Array(0..<cotangent.rank - 1)))) : nil,
        ].compactMap { $0 }
    }

    @Test(arguments: [3, 14, 15, 92, 65] as [UInt64])
    func theFusedReLUEqualsAReLUAfter(seed: UInt64) {
        let c = RandomConvolution(seed: seed)
        let v = c.inputs(Double.self)
        func both(_ body: ([Tensor<Double>]) -> Tensor<Double>) -> [Tensor<Double>] {
            let (value, gradients) = valueAndGradients(at: v) { (body($0).squared()).sum() }
            return [value] + gradients
        }
        for (a, b) in zip(both { c.apply($0, activation: .relu) }, both { c.apply($0).relu() }) {
            #expect(a == b, "\(c)")
        }
    }

    /// ⟨Ax, y⟩ = ⟨x, Aᵀy⟩.
    @Test(
        arguments: [
            ([2, 5, 6, 7, 3], [3, 4, 2, 3, 5], [1, 2, 1]), ([1, 9, 8, 4], [4, 4, 4, 6], [2, 2]),
            ([3, 31, 2], [5, 2, 4], [3]),
        ] as [(Shape, Shape, [Int])])
    func adjoint(input: Shape, weight: Shape, stride: [Int]) {
        let before = stride.map { _ in 2 }
        let after = stride.map { _ in 1 }
        let padding = Padding.explicit(before: before, after: after)
        let x = Tensor<Double>.sample(input, seed: 1)
        let w = Tensor<Double>.sample(weight, seed: 2)
        let ax = x.convolution(w, stride: stride, padding: padding)
        let y = Tensor<Double>.sample(ax.shape, seed: 3)
        // What the stride cut off the input must come back.
        let rest = stride.indices.map {
            (input[$0 + 1] + 3 - weight[$0]) % stride[$0]
        }
        let aty = y.transposedConvolution(
            w.transposed(-2, -1), stride: stride, padding: padding, outputPadding: rest)
        let (left, right) = ((ax * y).sum().scalar, (x * aty).sum().scalar)
        #expect(
            abs(left - right) <= sumTolerance(Double.self, length: w.count * y.count, magnitude: 16)
        )
    }

    @Test func aThreeFrameKernelOnOneFrameIsItsMiddleSlice() {
        let x = Tensor<Float>.sample([2, 1, 6, 5, 3], seed: 1)
        let w = Tensor<Float>.sample([3, 3, 3, 3, 4], seed: 2)
        let one = Padding.symmetric([1, 1, 1])
        let flat = x.squeezed(axis: 1).convolution(w[1], padding: .symmetric([1, 1]))
        #expect(x.convolution(w, padding: one).squeezed(axis: 1) == flat)
        let gradient = gradients(at: [w]) { x.convolution($0[0], padding: one).sum() }[0]
        #expect(gradient[0] == .zeros([3, 3, 3, 4]) && gradient[2] == .zeros([3, 3, 3, 4]))
    }

    @Test func anEmptyBatchStaysEmptyAndGivesAZeroGradientToTheWeight() {
        let x = Tensor<Float>.zeros([0, 5, 5, 3])
        let w = Tensor<Float>.ones([3, 3, 3, 2])
        #expect(x.convolution(w).shape == [0, 3, 3, 2])
        let gradient = gradients(at: [w]) { x.convolution($0[0]).sum() }[0]
        #expect(gradient == .zeros(w.shape))
    }
}
