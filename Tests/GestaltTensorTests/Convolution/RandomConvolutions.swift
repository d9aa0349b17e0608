import GestaltTensor
import TestSupport

extension RandomConvolution {
    /// A small case of rank 1 to 3 with odd sizes, all paddings, groups, strides and dilations.
    init(seed: UInt64) {
        var numbers = TestNumbers(seed: seed &+ 1000)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &numbers) }
        self.seed = seed
        let rank = pick(1...3)
        isTransposed = pick(0...2) == 0
        groups = [1, 1, 1, 2, 3][pick(0...4)]
        let largest = [24, 9, 6][rank - 1]
        var (lengths, kernel, stride, dilation): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
        for _ in 0..<rank {
            kernel.append(pick(1...4))
            stride.append(pick(1...3))
            dilation.append(pick(1...3) == 3 ? 2 : 1)
            lengths.append(pick(1...largest))
        }
        (self.stride, self.dilation) = (stride, dilation)
        var before = kernel.map { _ in pick(0...3) }
        var after = kernel.map { _ in pick(0...3) }
        let style = pick(0...3)
        var output = kernel.map { _ in 0 }
        for i in 0..<rank {
            let extent = dilation[i] * (kernel[i] - 1) + 1
            if isTransposed {
                output[i] = style == 0 ? 0 : pick(0...stride[i] - 1)
                // Something must be left of the output.
                let full = (lengths[i] - 1) * stride[i] + extent + output[i]
                before[i] = min(before[i], (full - 1) / 2)
                after[i] = min(after[i], (full - 1) / 2)
            } else if style != 0 {
                lengths[i] = max(lengths[i], extent - (style == 1 ? 0 : before[i] + after[i]))
            } else {
                lengths[i] = max(lengths[i], stride[i])
            }
        }
        padding =
            style == 0
            ? .same : style == 1 ? .valid : .explicit(before: before, after: after)
        outputPadding = output
        let (inputs, outputs) = (pick(1...5) * groups, pick(1...5) * groups)
        input = Shape([pick(1...3)] + lengths + [inputs])
        weight = Shape(
            kernel + (isTransposed ? [inputs, outputs / groups] : [inputs / groups, outputs]))
        hasBias = pick(0...1) == 1
    }

    func inputs<Scalar: FloatingScalar>(_ type: Scalar.Type) -> [Tensor<Scalar>] {
        let outputs = isTransposed ? weight[-1] * groups : weight[-1]
        return [
            .sample(input, seed: seed + 1, in: -1...1), .sample(weight, seed: seed + 2, in: -1...1),
        ] + (hasBias ? [.sample([outputs], seed: seed + 3, in: -1...1)] : [])
    }
}
