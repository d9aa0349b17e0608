import GestaltNN
import GestaltTensor
import GestaltVideo

/// The coarse grid that queries attend to: the latent at a stride of at least ``stride`` pixels.
///
/// A finer latent is halved by max pooling, each time with a (3×3 convolution, BatchNorm, ReLU) to
/// twice the channels, up to `width`. A linear layer maps cells to `width`; keys have the cells'
/// positions added, linear in ``GridPositions``.
struct QueryMemory: Module {
    /// 256 cells of a frame of 64 × 64: attention to them costs little next to the convolutions.
    static let stride = 4

    var blocks: [ConvolutionBlock]
    var cells: Linear
    var positions: Linear

    init(_ latent: LatentShape, width: Int, random: inout RandomStream) {
        var channels = latent.slots * latent.channels
        blocks = []
        var stride = latent.stride
        while stride < Self.stride {
            let outputs = max(channels, min(width, 2 * channels))
            blocks.append(ConvolutionBlock(channels, outputs, random: &random))
            (channels, stride) = (outputs, 2 * stride)
        }
        cells = Linear(channels, width, random: &random)
        positions = Linear(GridPositions.channels, width, random: &random)
    }

    /// Returns keys and values `[N, h · w, width]`, and the size of their grid.
    func callAsFunction(
        _ latent: Latent, _ context: Context
    ) -> (keys: Tensor<Float>, values: Tensor<Float>, height: Int, width: Int) {
        var x = latent.flattenedSlots
        for (index, block) in blocks.enumerated() {
            x = context.part("blocks.\(index)") { block(x.maxPooled(kernel: [2, 2]), context) }
        }
        let (count, height, width) = (x.shape[0], x.shape[1], x.shape[2])
        let values = context.part("cells") {
            cells(x.reshaped([count, height * width, x.shape[3]]), context)
        }
        let places = GridPositions.features(height: height, width: width)
            .reshaped([height * width, GridPositions.channels])
        return (values + positions(places, context), values, height, width)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("blocks", &blocks)
        visitor.module("cells", &cells)
        visitor.module("positions", &positions)
    }
}
