import GestaltTensor
import TestSupport
import Testing

@Suite struct CopyKernelTests {
    static let shapes: [Shape] = [
        [64, 64], [65, 130], [15, 200], [200, 15], [3, 100, 70], [2, 5, 3, 4], [70, 3, 90],
        [1, 300], [0, 4],
    ]

    /// Every order of the axes, in elements of 1, 2, 4 and 8 bytes.
    @Test(arguments: shapes)
    func permutations(_ shape: Shape) {
        let numbers = Tensor<Int64>.range(0..<shape.elementCount).reshaped(shape)
        check(numbers)
        check(numbers.cast(to: Int32.self))
        check(numbers.cast(to: UInt8.self))
        check(
            Tensor<BFloat16>(
                shape: shape, scalars: numbers.scalars.map { BFloat16(bits: UInt16($0 % 65521)) }))
    }

    private func check<Scalar: TensorScalar>(_ x: Tensor<Scalar>) {
        let axes = Array(0..<x.rank)
        for rotation in 0..<x.rank {
            for order in [
                Array(axes[rotation...] + axes[..<rotation]),
                Array((axes[rotation...] + axes[..<rotation]).reversed()),
            ] {
                let view = x.permuted(order)
                let expected = Tensor<Scalar>.built(view.shape) { index in
                    var original = index
                    for (new, old) in order.enumerated() { original[old] = index[new] }
                    return x.at(original)
                }
                #expect(view.copied() == expected)
            }
        }
    }
}
