import GestaltNN
import GestaltTensor

/// Residual blocks, then a norm and a ReLU: the trunk of encoder and decoder.
///
/// - Shapes: `[N, t, h, w, C]` in and out; the output is not negative.
/// - Source: VideoGPT, `vqvae.py`, `res_stack`.
public struct ResidualStack: Module {
    public var blocks: [ResidualBlock]
    public var norm: BatchNorm

    public init(channels: Int, blocks count: Int, heads: Int, random: inout RandomStream) {
        blocks = []
        for _ in 0..<count {
            blocks.append(ResidualBlock(channels: channels, heads: heads, random: &random))
        }
        norm = BatchNorm(channels: channels, rectifies: true)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var x = x
        for (index, block) in blocks.enumerated() {
            x = context.part("blocks.\(index)") { block(x, context) }
        }
        return context.part("norm") { norm(x, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("blocks", &blocks)
        visitor.module("norm", &norm)
    }
}

/// A pre-activation residual block that ends in axial attention.
///
/// `x + attention(relu(norm3(conv2(relu(norm2(conv1(relu(norm1(x)))))))))`; `conv1` is 3×3×3 to
/// half the channels, `conv2` 1×1×1 back, both without bias.
///
/// - Shapes: `[N, t, h, w, C]` in and out.
/// - Source: VideoGPT, `vqvae.py`, `AttentionResidualBlock`.
public struct ResidualBlock: Module {
    public var norm1: BatchNorm
    public var conv1: Convolution
    public var norm2: BatchNorm
    public var conv2: Convolution
    public var norm3: BatchNorm
    public var attention: AxialAttention

    public init(channels: Int, heads: Int, random: inout RandomStream) {
        let half = channels / 2
        norm1 = BatchNorm(channels: channels, rectifies: true)
        conv1 = Convolution(
            channels, half, kernel: [3, 3, 3], padding: .same, bias: false,
            random: &random)
        norm2 = BatchNorm(channels: half, rectifies: true)
        conv2 = Convolution(
            half, channels, kernel: [1, 1, 1], padding: .same, bias: false,
            random: &random)
        norm3 = BatchNorm(channels: channels, rectifies: true)
        attention = AxialAttention(channels: channels, heads: heads, random: &random)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var y = norm1(x, context)
        y = norm2(after: conv1, y, context)
        y = norm3(after: conv2, y, context)
        return x + context.part("attention") { attention(y, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("norm1", &norm1)
        visitor.module("conv1", &conv1)
        visitor.module("norm2", &norm2)
        visitor.module("conv2", &conv2)
        visitor.module("norm3", &norm3)
        visitor.module("attention", &attention)
    }
}
