import GestaltNN
import GestaltTensor

/// Maps features to clips: a residual stack, then transposed 4×4×4 convolutions with ReLU between
/// them.
///
/// The strides are in the encoder's order, not reversed. The output is unbounded.
///
/// - Shapes: `[N, t, h, w, hidden]` in, `[N, t·sT, h·sH, w·sW, 3]` out.
/// - Source: VideoGPT, `vqvae.py`, `Decoder`.
public struct ClipDecoder: Module {
    public var stack: ResidualStack
    public var levels: [TransposedConvolution]

    public init(_ configuration: VQVAEConfiguration, random: inout RandomStream) {
        let hidden = configuration.hiddenChannels
        stack = ResidualStack(
            channels: hidden, blocks: configuration.blocks, heads: configuration.heads,
            random: &random)
        let strides = configuration.levels
        levels = []
        for (index, stride) in strides.enumerated() {
            let isLast = index == strides.count - 1
            levels.append(
                TransposedConvolution(
                    hidden, isLast ? 3 : hidden, kernel: [4, 4, 4],
                    stride: AxisValues(stride), padding: .same, activation: isLast ? .none : .relu,
                    random: &random))
        }
    }

    public func callAsFunction(_ features: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var x = context.part("stack") { stack(features, context) }
        for (index, level) in levels.enumerated() {
            x = context.part("levels.\(index)") { level(x, context) }
        }
        return x
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("stack", &stack)
        visitor.modules("levels", &levels)
    }
}
