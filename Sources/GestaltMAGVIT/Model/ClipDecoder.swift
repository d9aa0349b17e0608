import GestaltNN
import GestaltTensor

/// Maps the embeddings of codes to clips: the encoder's levels from the coarsest.
///
/// A 3×3×3 convolution to the coarsest width; residual blocks in the middle; at each level residual
/// blocks and, but for the finest, a doubling that keeps the width; norm, swish and a 3×3×3
/// convolution to colors, not clamped.
///
/// Doubling by a convolution to 4·s·width channels and depth to space, of which a clip's first
/// s − 1 frames are dropped: slot j then makes exactly the frames that end with frame S·j. In
/// MAGVIT-1's form cells are repeated, then convolved.
///
/// - Shapes: `[N, t, h, w, D]` to `[N, T, H, W, 3]`.
/// - Source: as for ``MagvitEncoder``.
public struct MagvitDecoder: Module {
    public var input: ClipConvolution
    public var middle: [ClipResidualBlock]
    public var levels: [Level]
    public var norm: ClipNorm
    public var output: ClipConvolution

    /// Residual blocks, then a doubling.
    public struct Level: Module {
        public var blocks: [ClipResidualBlock]
        /// Nil at the finest level.
        public var up: ClipConvolution?
        /// Factors along time, height and width; nil at the finest level.
        let strides: [Int]?
        let padding: MagvitConfiguration.Padding

        func callAsFunction(
            _ x: Tensor<Float>, _ history: FrameHistory?, _ context: Context
        ) -> Tensor<Float> {
            let y = blocks(x, "blocks", history, context)
            guard let up, let strides else { return y }
            return context.part("up") { doubled(y, up, strides, history) }
        }

        private func doubled(
            _ x: Tensor<Float>, _ up: ClipConvolution, _ strides: [Int], _ history: FrameHistory?
        ) -> Tensor<Float> {
            guard padding == .causal else { return up(x.upsampled(by: strides), history) }
            let frames = up(x, history).depthToSpace(timeStride: strides[0])
            let isFirst = history?.isFirst ?? true
            return isFirst && strides[0] > 1
                ? frames[0..., (strides[0] - 1)..<frames.shape[1]] : frames
        }

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.modules("blocks", &blocks)
            visitor.module("up", &up)
        }
    }

    init(_ configuration: MagvitConfiguration, random: inout RandomStream) {
        let widths = configuration.widths
        var channels = widths[widths.count - 1]
        input = ClipConvolution(
            configuration.embeddingWidth, channels, configuration, random: &random)
        middle = [ClipResidualBlock](channels, channels, configuration, random: &random)
        var levels: [Level] = []
        for (index, width) in widths.enumerated().reversed() {
            let strides = index == 0 ? nil : [configuration.timeStrides[index - 1], 2, 2]
            let blocks = [ClipResidualBlock](channels, width, configuration, random: &random)
            let cells = configuration.padding == .causal ? strides?.reduce(1, *) ?? 1 : 1
            var up: ClipConvolution?
            if strides != nil {
                up = ClipConvolution(
                    width, cells * width, repeats: cells, configuration, random: &random)
            }
            levels.append(
                Level(blocks: blocks, up: up, strides: strides, padding: configuration.padding))
            channels = width
        }
        self.levels = levels.reversed()
        norm = ClipNorm(channels, configuration)
        output = ClipConvolution(channels, 3, configuration, random: &random)
    }

    func callAsFunction(
        _ embeddings: Tensor<Float>, _ history: FrameHistory?, _ context: Context
    ) -> Tensor<Float> {
        var x = context.part("input") { input(embeddings, history) }
        x = middle(x, "middle", history, context)
        for (index, level) in levels.enumerated().reversed() {
            x = context.part("levels.\(index)") { level(x, history, context) }
        }
        x = context.part("norm") { norm(x) }
        return context.part("output") { output(x, history) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("input", &input)
        visitor.modules("middle", &middle)
        visitor.modules("levels", &levels)
        visitor.module("norm", &norm)
        visitor.module("output", &output)
    }
}
