import GestaltChecks
import GestaltNN
import GestaltTensor

/// A convolution over time, height and width.
///
/// Causal: along time k − 1 cells before the clip, zeros or copies of the first frame, and none
/// after it; each frame of the result is independent of later ones, to the bit. Otherwise (k − 1)/2
/// zeros on both sides. Height and width always have (k − 1)/2 zeros on both sides.
///
/// - Shapes: `[N, T, H, W, in]` in; `[N, (T − 1)/s + 1, H/s′, W/s′, out]` out for odd T and even H
///   and W where a stride is 2.
/// - Learns: `weight` `[k, k, k, in, out]`, normal of variance 1/(in·k³) truncated at two standard
///   deviations, and by default `bias` `[out]`, zeros.
/// - Source: Yu et al., *Language Model Beats Diffusion* (2023), section 3.2.
public struct ClipConvolution: Module {
    public var weight: Tensor<Float>
    public var bias: Tensor<Float>?
    public let stride: [Int]
    let padding: MagvitConfiguration.Padding
    let past: MagvitConfiguration.Past

    /// - Parameter repeats: output channels in as many equal parts, such as the cells of a depth to
    ///   space, which then starts as a repetition.
    package init(
        _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: [Int] = [1, 1, 1],
        bias: Bool = true, repeats: Int = 1, _ configuration: MagvitConfiguration,
        random: inout RandomStream
    ) {
        let shape = Shape([kernel, kernel, kernel, inputs, outputs / repeats])
        let deviation = 1 / (Float(inputs * kernel * kernel * kernel)).squareRoot()
        let distribution = Initializer.truncatedNormal(
            standardDeviation: deviation / Self.truncatedDeviation)
        let drawn = distribution(shape, fan: Fan(weight: shape), random: &random)
        weight = repeats > 1 ? drawn.tiled(repeats, axis: -1) : drawn
        if bias { self.bias = .zeros([outputs]) }
        self.stride = stride
        (padding, past) = (configuration.padding, configuration.past)
    }

    /// The standard deviation of a normal distribution truncated at ±2.
    private static var truncatedDeviation: Float { 0.879_625_66 }

    /// - Parameter history: the frames before a part of a clip; nil for a clip from its beginning.
    package func callAsFunction(
        _ x: Tensor<Float>, _ history: FrameHistory? = nil
    ) -> Tensor<Float> {
        let kernel = weight.shape[0]
        let side = kernel / 2
        guard padding == .causal else {
            return x.convolution(
                weight, bias: bias, stride: stride, padding: .symmetric([side, side, side]))
        }
        func beginning() -> FrameEdge { .before(x, reach: kernel - 1, past) }
        let front =
            history?.replace(beginning(), with: x, keeping: kernel - stride[0]) ?? beginning()
        let joined = front.frames.map { concatenated([$0, x], axis: 1) } ?? x
        // With a stride of 2 and an even length the zero after the end is never read.
        let after = stride.dropFirst().map { $0 == 1 ? side : 0 }
        return joined.convolution(
            weight, bias: bias, stride: stride,
            padding: .explicit(before: [front.zeros, side, side], after: [0] + after),
            framewise: true)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }
}
