import GestaltNN
import GestaltTensor

/// Maps clips to latents, level by level.
///
/// A 3×3×3 convolution without bias to `width`; at each level residual blocks and, but for the
/// last, a halving; residual blocks in the middle; norm, swish and a 1×1×1 convolution to the
/// latent's channels.
///
/// - Shapes: `[N, T, H, W, 3]` to `[N, t, h, w, D]`.
/// - Source: MAGVIT's public code, `enc_dec_3dcnn.py`; halving by strided causal convolutions: Yu
///   et al., *Language Model Beats Diffusion* (2023).
public struct MagvitEncoder: Module {
    public var input: ClipConvolution
    public var levels: [Level]
    public var middle: [ClipResidualBlock]
    public var norm: ClipNorm
    public var output: ClipConvolution

    /// Residual blocks, then a halving.
    public struct Level: Module {
        public var blocks: [ClipResidualBlock]
        /// Nil at the last level, and where an average pool halves.
        public var down: ClipConvolution?
        /// Factors along time, height and width; nil at the last level.
        let strides: [Int]?

        /// Halves the output of the blocks.
        func halved(
            _ y: Tensor<Float>, _ history: FrameHistory?, _ context: Context
        ) -> Tensor<Float> {
            guard let strides else { return y }
            return down.map { down in context.part("down") { down(y, history) } }
                ?? y.averagePooled(kernel: strides, stride: strides)
        }

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.modules("blocks", &blocks)
            visitor.module("down", &down)
        }
    }

    init(_ configuration: MagvitConfiguration, random: inout RandomStream) {
        let widths = configuration.widths
        input = ClipConvolution(3, widths[0], bias: false, configuration, random: &random)
        levels = []
        var channels = widths[0]
        for (index, width) in widths.enumerated() {
            let isLast = index == widths.count - 1
            let strides = isLast ? nil : [configuration.timeStrides[index], 2, 2]
            let blocks = [ClipResidualBlock](channels, width, configuration, random: &random)
            var down: ClipConvolution?
            if let strides, configuration.padding == .causal {
                down = ClipConvolution(
                    width, width, stride: strides, configuration, random: &random)
            }
            levels.append(Level(blocks: blocks, down: down, strides: strides))
            channels = width
        }
        middle = [ClipResidualBlock](channels, channels, configuration, random: &random)
        norm = ClipNorm(channels, configuration)
        output = ClipConvolution(
            channels, configuration.embeddingWidth, kernel: 1, configuration, random: &random)
    }

    /// Returns the features before the last convolution, `[N, t, h, w, channels]`, and the output of
    /// each finer level before its halving, finest first, `[N, T′, H′, W′, channels′]`.
    func pyramid(
        _ clips: Tensor<Float>, _ history: FrameHistory?, _ context: Context
    ) -> (features: Tensor<Float>, finer: [Tensor<Float>]) {
        var x = context.part("input") { input(clips, history) }
        var outputs: [Tensor<Float>] = []
        for (index, level) in levels.enumerated() {
            x = context.part("levels.\(index)") {
                let y = level.blocks(x, "blocks", history, context)
                outputs.append(y)
                return level.halved(y, history, context)
            }
        }
        x = middle(x, "middle", history, context)
        return (context.part("norm") { norm(x) }, Array(outputs.dropLast()))
    }

    func callAsFunction(
        _ clips: Tensor<Float>, _ history: FrameHistory?, _ context: Context
    ) -> Tensor<Float> {
        let features = pyramid(clips, history, context).features
        return context.part("output") { output(features, history) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("input", &input)
        visitor.modules("levels", &levels)
        visitor.modules("middle", &middle)
        visitor.module("norm", &norm)
        visitor.module("output", &output)
    }
}
