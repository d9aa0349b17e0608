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
    /// The head after half of the blocks, which training alone uses.
    public var halfDepth: HalfDepth?
    private let dropout: Dropout

    /// The map from the stream to the vectors that are compared with the embeddings of the codes.
    public struct Head: Module {
        public var dense: Linear
        public var norm: MaskedNorm
        /// `[vocabulary]`
        public var bias: Tensor<Float>

        init(width: Int, words: Int, random: inout RandomStream) {
            dense = .small(width, width, random: &random)
            norm = MaskedNorm(width)
            bias = .zeros([words])
        }

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.module("dense", &dense)
            visitor.module("norm", &norm)
            visitor.parameter("bias", &bias)
        }
    }

    /// A second head, for the stream after half of the blocks, rounded down.
    public struct HalfDepth: Module {
        /// Nil for post-norm.
        public var norm: MaskedNorm?
        public var head: Head

        public mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.module("norm", &norm)
            visitor.module("head", &head)
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
        head = Head(width: width, words: words, random: &random)
        if configuration.halfDepthWeight != nil {
            halfDepth = HalfDepth(
                norm: configuration.norm == .pre ? MaskedNorm(width) : nil,
                head: Head(width: width, words: words, random: &random))
        }
        dropout = Dropout(configuration.dropout)
    }

    /// Returns the stream after embedding and after each block, `[N, 1 + cells, width]` each.
    /// - Parameters:
    ///   - tokens: `[N, 1 + cells]`.
    ///   - segments: the same shape, 1 where a cell holds a condition's token; ignored by a prior
    ///     without segments.
    ///   - last: the number of blocks that are run; all by default.
    public func streams(
        _ tokens: Tensor<Int32>, segments marks: Tensor<Int32>, through last: Int? = nil,
        _ context: Context
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
        for (index, block) in blocks.prefix(last ?? blocks.count).enumerated() {
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
        return logits(last, lastNorm, head, context)
    }

    /// Returns a head's logits of the stream `[N, 1 + cells, width]`.
    func logits(
        _ stream: Tensor<Float>, _ norm: MaskedNorm?, _ head: Head, _ context: Context
    ) -> Tensor<Float> {
        let cells = stream[0..., 1..<stream.shape[1]]
        let x = norm.map { $0(cells) } ?? cells
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
        visitor.module("halfDepth", &halfDepth)
    }
}
