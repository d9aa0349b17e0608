import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A bidirectional transformer over the codes of a clip, some of which are masked.
///
/// Tokens are codes 0 ..< K, classes from K on, then "no class" and the mask. The sequence is the
/// class or "no class", then the cells in raster order. `x = norm(E[token] + P[position] (+
/// S[segment]))`, blocks, a norm if they are pre-norm, then
/// `y = norm(gelu(Wx + b))`, `logits = y·Eᵀ + bias` over the K codes alone: no cell can become a
/// class or the mask.
///
/// - Shapes: tokens `[N, 1 + cells]` to logits `[N, cells, K]`.
/// - Source: Yu et al., *MAGVIT* (2023), and its public code; Chang et al., *MaskGIT* (2022). Ours:
///   pre-norm, positions of axes.
public struct MaskedPrior: Module {
    public let configuration: MaskedPriorConfiguration
    /// E, of inputs and outputs.
    public var embedding: Embedding
    public var positions: CellPositions
    public var segments: Embedding?
    public var embeddingNorm: MaskedNorm
    public var blocks: [MaskedBlock]
    public var lastNorm: MaskedNorm?
    public var head: Head
    private let dropout: Dropout

    /// The map from the stream to the vectors that are compared with the embeddings of the codes.
    public struct Head: Module {
        public var dense: Linear
        public var norm: MaskedNorm
        /// `[vocabulary]`
        public var bias: Tensor<Float>

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.module("dense", &dense)
            visitor.module("norm", &norm)
            visitor.parameter("bias", &bias)
        }
    }

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: MaskedPriorConfiguration, random: inout RandomStream) {
        let (width, words) = (configuration.width, configuration.vocabulary)
        self.configuration = configuration
        embedding = Embedding(count: words, width: width, initializer: .small, random: &random)
        positions = CellPositions(configuration, random: &random)
        if configuration.segments {
            segments = Embedding(count: 2, width: width, initializer: .small, random: &random)
        }
        embeddingNorm = MaskedNorm(width)
        blocks = []
        for _ in 0..<configuration.layers {
            blocks.append(MaskedBlock(configuration, random: &random))
        }
        if configuration.norm == .pre { lastNorm = MaskedNorm(width) }
        head = Head(
            dense: .small(width, width, random: &random), norm: MaskedNorm(width),
            bias: .zeros([words]))
        dropout = Dropout(configuration.dropout)
    }

    /// Returns the stream after embedding and after each block, `[N, 1 + cells, width]` each.
    /// - Parameters:
    ///   - tokens: `[N, 1 + cells]`.
    ///   - segments: the same shape, 1 where a cell holds a condition's token; ignored by a prior
    ///     without segments.
    public func streams(
        _ tokens: Tensor<Int32>, segments marks: Tensor<Int32>, _ context: Context
    ) -> [Tensor<Float>] {
        require(
            tokens.rank == 2 && tokens.shape[1] == 1 + configuration.cells
                && marks.shape == tokens.shape,
            "MaskedPrior: tokens \(tokens.shape) and segments \(marks.shape) for "
                + "\(configuration.cells) cells and a class")
        var x = embedding(tokens) + positions.vectors
        if let segments { x = x + segments(marks) }
        x = dropout(embeddingNorm(x), context)
        var streams = [x]
        for (index, block) in blocks.enumerated() {
            x = context.part("blocks.\(index)") { block(x, context) }
            streams.append(x)
        }
        return streams
    }

    /// Returns the logits of the codes in each cell, `[N, cells, K]`.
    public func logits(
        _ tokens: Tensor<Int32>, segments: Tensor<Int32>, _ context: Context
    ) -> Tensor<Float> {
        let last = streams(tokens, segments: segments, context)[blocks.count]
        let cells = last[0..., 1..<last.shape[1]]
        let x = lastNorm.map { $0(cells) } ?? cells
        let y = head.norm(head.dense(x, context).gelu(.tanh))
        let (codes, width) = (configuration.codes, configuration.width)
        let table = embedding.weight[0..<codes]
        let product = y.reshaped([-1, width]).matmul(table.transposed()) + head.bias[0..<codes]
        return product.reshaped([y.shape[0], y.shape[1], codes])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("embedding", &embedding)
        visitor.module("positions", &positions)
        visitor.module("segments", &segments)
        visitor.module("embeddingNorm", &embeddingNorm)
        visitor.modules("blocks", &blocks)
        visitor.module("lastNorm", &lastNorm)
        visitor.module("head", &head)
    }
}
