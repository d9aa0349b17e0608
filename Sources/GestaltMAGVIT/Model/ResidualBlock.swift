import GestaltNN
import GestaltTensor

/// `x + conv2(swish(norm2(conv1(swish(norm1(x))))))`, two 3×3×3 convolutions without bias; where
/// the widths differ, a 1×1×1 convolution of x in place of x.
///
/// - Shapes: `[N, T, H, W, in]` to `[N, T, H, W, out]`.
/// - Source: MAGVIT's public code, `enc_dec_3dcnn.py` (Yu et al., 2023).
public struct ClipResidualBlock: Module {
    public var norm1: ClipNorm
    public var conv1: ClipConvolution
    public var norm2: ClipNorm
    public var conv2: ClipConvolution
    public var shortcut: ClipConvolution?

    init(
        _ inputs: Int, _ outputs: Int, _ configuration: MagvitConfiguration,
        random: inout RandomStream
    ) {
        norm1 = ClipNorm(inputs, configuration)
        conv1 = ClipConvolution(inputs, outputs, bias: false, configuration, random: &random)
        norm2 = ClipNorm(outputs, configuration)
        conv2 = ClipConvolution(outputs, outputs, bias: false, configuration, random: &random)
        if inputs != outputs {
            shortcut = ClipConvolution(
                inputs, outputs, kernel: 1, bias: false, configuration, random: &random)
        }
    }

    func callAsFunction(_ x: Tensor<Float>, _ history: FrameHistory?) -> Tensor<Float> {
        let y = conv2(norm2(conv1(norm1(x), history)), history)
        return (shortcut.map { $0(x, history) } ?? x) + y
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("norm1", &norm1)
        visitor.module("conv1", &conv1)
        visitor.module("norm2", &norm2)
        visitor.module("conv2", &conv2)
        visitor.module("shortcut", &shortcut)
    }
}

extension [ClipResidualBlock] {
    /// Blocks of one width, the first from `inputs`.
    init(
        _ inputs: Int, _ outputs: Int, _ configuration: MagvitConfiguration,
        random: inout RandomStream
    ) {
        self = []
        for index in 0..<configuration.blocks {
            append(
                ClipResidualBlock(
                    index == 0 ? inputs : outputs, outputs, configuration, random: &random))
        }
    }

    func callAsFunction(
        _ x: Tensor<Float>, _ name: String, _ history: FrameHistory?, _ context: Context
    ) -> Tensor<Float> {
        var x = x
        for (index, block) in enumerated() {
            x = context.part("\(name).\(index)") { block(x, history) }
        }
        return x
    }
}
