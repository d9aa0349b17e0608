@_spi(Benchmarks) import GestaltTensor

/// Arguments of a convolution or a transposed one, drawn from a seed.
struct RandomConvolution: Sendable, CustomStringConvertible {
    let seed: UInt64
    let isTransposed: Bool
    let input: Shape
    let weight: Shape
    let stride: [Int]
    let dilation: [Int]
    let padding: Padding
    let outputPadding: [Int]
    let groups: Int
    let hasBias: Bool

    var description: String {
        "seed \(seed): \(isTransposed ? "transposed " : "")\(input) with \(weight), stride \(stride),"
            + " dilation \(dilation), \(padding), output padding \(outputPadding), groups \(groups)"
    }

    var geometry: ConvolutionGeometry {
        isTransposed
            ? ConvolutionGeometry(
                transposedInput: input, weight: weight, stride: stride, padding: padding,
                outputPadding: outputPadding, dilation: dilation, groups: groups)
            : ConvolutionGeometry(
                input: input, weight: weight, stride: stride, padding: padding, dilation: dilation,
                groups: groups)
    }

    /// The operation under test.
    func apply<Scalar: FloatingScalar>(
        _ v: [Tensor<Scalar>], activation: FusedActivation = .none
    ) -> Tensor<Scalar> {
        let bias = hasBias ? v[2] : nil
        return isTransposed
            ? v[0].transposedConvolution(
                v[1], bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
                dilation: dilation, groups: groups, activation: activation)
            : v[0].convolution(
                v[1], bias: bias, stride: stride, padding: padding, dilation: dilation,
                groups: groups, activation: activation)
    }
}

/// The products `(x, weight, y)` that a convolution adds up, as positions in memory; for a
/// transposed convolution x and y change places.
func forEachProduct(_ c: RandomConvolution, _ body: (Int, Int, Int) -> Void) {
    let g = c.geometry
    let (small, large) = (g.outputShape, g.inputShape)
    let spatial = g.rank
    let (inputs, outputs) = (g.inputChannels / g.groups, g.outputChannels / g.groups)
    let axes = g.axes.suffix(spatial).map { $0 }
    let kernels = multiIndices(axes.map(\.kernel))
    let places = multiIndices(axes.map(\.output))
    for n in 0..<g.batch {
        for q in places {
            for tap in kernels {
                var (x, y, w, inside) = (n, n, 0, true)
                for i in 0..<spatial {
                    let at = q[i] * c.stride[i] - axes[i].before + tap[i] * c.dilation[i]
                    inside = inside && at >= 0 && at < large[i + 1]
                    x = x * large[i + 1] + at
                    y = y * small[i + 1] + q[i]
                    w = w * axes[i].kernel + tap[i]
                }
                guard inside else { continue }
                for group in 0..<g.groups {
                    for a in 0..<inputs {
                        for b in 0..<outputs {
                            let out = group * outputs + b
                            let weight =
                                c.isTransposed
                                ? (w * g.outputChannels + out) * inputs + a
                                : (w * inputs + a) * g.outputChannels + out
                            body(
                                x * g.inputChannels + group * inputs + a, weight,
                                y * g.outputChannels + out)
                        }
                    }
                }
            }
        }
    }
}

private func multiIndices(_ lengths: [Int]) -> [[Int]] {
    lengths.reduce([[]]) { partial, length in
        partial.flatMap { head in (0..<length).map { head + [$0] } }
    }
}

/// Value and gradients of `Σ cotangent · y` by plain loops in `Double`.
func naiveConvolution(
    _ c: RandomConvolution, x: [Double], weight: [Double], bias: [Double], cotangent: [Double]
) -> (y: [Double], dx: [Double], dWeight: [Double]) {
    var y = (0..<cotangent.count).map { c.hasBias ? bias[$0 % bias.count] : 0 }
    var dx = [Double](repeating: 0, count: x.count)
    var dWeight = [Double](repeating: 0, count: weight.count)
    forEachProduct(c) { image, w, out in
        let (i, o) = c.isTransposed ? (out, image) : (image, out)
        y[o] += x[i] * weight[w]
        dx[i] += cotangent[o] * weight[w]
        dWeight[w] += cotangent[o] * x[i]
    }
    return (y, dx, dWeight)
}
