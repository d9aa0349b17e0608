import GestaltNN
import GestaltTensor

/// Maps clips to features: strided 4×4×4 convolutions with ReLU, a 3×3×3 convolution, a residual
/// stack.
///
/// - Shapes: `[N, T, H, W, 3]` in, `[N, T/sT, H/sH, W/sW, hidden]` out.
/// - Source: VideoGPT, `vqvae.py`, `Encoder`. There a single level cannot run, since the last
///   convolution expects the width of the level's input; here it expects that of its output.
public struct ClipEncoder: Module {
    public var levels: [Convolution]
    public var last: Convolution
    public var stack: ResidualStack

    public init(_ configuration: VQVAEConfiguration, random: inout RandomStream) {
        let hidden = configuration.hiddenChannels
        levels = []
        for (index, stride) in configuration.levels.enumerated() {
            levels.append(
                Convolution(
                    index == 0 ? 3 : hidden, hidden, kernel: [4, 4, 4],
                    stride: AxisValues(stride), padding: .same, activation: .relu, random: &random))
        }
        last = Convolution(
            hidden, hidden, kernel: [3, 3, 3], padding: .same, random: &random)
        stack = ResidualStack(
            channels: hidden, blocks: configuration.blocks, heads: configuration.heads,
            random: &random)
    }

    public func callAsFunction(_ clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var x = clips
        for (index, level) in levels.enumerated() {
            x = context.part("levels.\(index)") { level(x, context) }
        }
        let features = context.part("last") { last(x, context) }
        return context.part("stack") { stack(features, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("levels", &levels)
        visitor.module("last", &last)
        visitor.module("stack", &stack)
    }
}
