import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Learned queries, each of which claims one instance: its class, and its mask as the product of
/// the query's embedding with that of each pixel.
///
/// A ``ConvolutionalHead`` computes the embeddings of pixels. Queries pass through ``QueryBlock``s
/// over a coarse grid of the latent, in each of which a query attends to the cells of its own mask
/// so far; class and mask of every step are trained, those of the last are the result. A query
/// without an instance has class 0.
///
/// - Shapes: latent `[N, slots, h, w, C]` to class scores `[N, Q, classes]` and mask logits
///   `[N, Q, H · W]`.
/// - Source: Cheng et al., *MaskFormer* (2021), and *Masked-attention Mask Transformer* (2022),
///   sections 3.2 and 4.1.
public struct QueryHead: InstanceHead {
    public let latentShape: LatentShape
    public let classes: Int
    let configuration: Configuration
    public var pixels: ConvolutionalHead
    var memory: QueryMemory
    /// `[Q, width]`, initially normal.
    public var queries: Tensor<Float>
    public var blocks: [QueryBlock]
    public var norm: LayerNorm
    public var scores: Linear
    public var hidden: Linear
    /// To the embedding and the offset of a query's mask logits.
    public var embedding: Linear

    /// The initial offset of mask logits: an instance covers a small part of a picture.
    private static let initialOffset: Float = -2
    /// Channels of the pixels' head at the frame's size, and at a coarser grid at most.
    private static let pixelWidths = 32...128

    /// - Precondition: 2 classes or more; `configuration` is valid.
    public init(
        _ latent: LatentShape, classes: Int, _ configuration: Configuration = Configuration(),
        random: inout RandomStream
    ) {
        require(
            classes > 1 && configuration.queries > 0 && configuration.blocks >= 0,
            "QueryHead: \(classes) classes, \(configuration)")
        latentShape = latent
        self.classes = classes
        self.configuration = configuration
        let width = configuration.width
        let pixelWidth = min(
            Self.pixelWidths.upperBound, Self.pixelWidths.lowerBound * latent.stride)
        pixels = ConvolutionalHead(
            latent.withPositions, classes: configuration.embeddingWidth, width: pixelWidth,
            random: &random)
        memory = QueryMemory(latent, width: width, random: &random)
        queries = random.normal([configuration.queries, width])
        blocks = []
        for _ in 0..<configuration.blocks {
            blocks.append(QueryBlock(width: width, heads: configuration.heads, random: &random))
        }
        norm = LayerNorm(width: width)
        scores = Linear(width, classes, random: &random)
        hidden = Linear(width, width, random: &random)
        embedding = Linear(width, configuration.embeddingWidth + 1, random: &random)
        embedding.bias?[configuration.embeddingWidth] = Tensor(Self.initialOffset)
    }

    /// The prediction of one step.
    struct Step {
        /// `[N, Q, classes]`, before the softmax.
        let classes: Tensor<Float>
        /// `[N, Q, H · W]`, before the sigmoid.
        let masks: Tensor<Float>
    }

    /// Returns the predictions of all steps, first those of the learned queries.
    func steps(_ latent: Latent, _ context: Context) -> [Step] {
        let pixels = context.part("pixels") { self.pixels(latent.withPositions(), context) }
        let (count, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
        let embeddings = pixels.reshaped([count, height * width, pixels.shape[3]])
        let memory = context.part("memory") { self.memory(latent, context) }
        var state = queries.broadcast(to: [count, queries.shape[0], queries.shape[1]])
        var result = [step(state, embeddings, context)]
        for (index, block) in blocks.enumerated() {
            let visible = visibility(
                result[index].masks, height, width, to: (memory.height, memory.width))
            state = context.part("blocks.\(index)") {
                block(
                    state, keys: memory.keys, values: memory.values, visible: visible, context)
            }
            result.append(step(state, embeddings, context))
        }
        return result
    }

    private func step(
        _ state: Tensor<Float>, _ pixels: Tensor<Float>, _ context: Context
    ) -> Step {
        let normed = norm(state, context)
        let own = embedding(hidden(normed, context).relu(), context)
        let width = configuration.embeddingWidth
        let products = own.sliced(0..<width, axis: 2).matmul(pixels.transposed())
        return Step(
            classes: scores(normed, context),
            masks: products + own.sliced(width..<width + 1, axis: 2))
    }

    /// Returns the cells of the coarse grid that masks cover, `[N, 1, Q, h · w]`; all where a mask
    /// covers none.
    private func visibility(
        _ masks: Tensor<Float>, _ height: Int, _ width: Int, to grid: (height: Int, width: Int)
    ) -> Tensor<Bool> {
        let (count, queries) = (masks.shape[0], masks.shape[1])
        let cells = masks.detached.reshaped([count * queries, height, width, 1])
            .maxPooled(kernel: [height / grid.height, width / grid.width])
            .reshaped([count, 1, queries, grid.height * grid.width])
        return (cells .> 0) .| (cells.max(axes: [-1], keepingAxes: true) .<= 0)
    }

    public func proposals(_ latent: Latent) -> [InstanceProposals] {
        guard let last = steps(latent, .inference).last else { return [] }
        let height = latent.tensor.shape[2] * latent.stride
        let width = latent.tensor.shape[3] * latent.stride
        let probabilities = last.classes.softmax(axis: -1)
        let masks = last.masks.sigmoid()
        return (0..<probabilities.shape[0]).map { picture in
            QueryDecoding(
                classes: probabilities[picture], masks: masks[picture], height: height,
                width: width
            ).proposals
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("pixels", &pixels)
        visitor.module("memory", &memory)
        visitor.parameter("queries", &queries)
        visitor.modules("blocks", &blocks)
        visitor.module("norm", &norm)
        visitor.module("scores", &scores)
        visitor.module("hidden", &hidden)
        visitor.module("embedding", &embedding)
    }
}
