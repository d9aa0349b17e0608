import Foundation
import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Scores each pixel by attention to the cells of the latent: an attentive probe with a query for
/// every pixel.
///
/// A token of a cell is a linear map of its slots and channels, plus the encoding of its center; a
/// query of a pixel is a linear map of the encoding of its own center. Then one block,
/// `q ← q + attention(norm(q), norm(tokens))`, `q ← q + MLP(norm(q))` with a hidden width of four
/// times `width` and GELU, and a norm and a linear layer to the classes. Only places tell queries
/// apart, so what a pixel is has to come from the latent.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`; finer
///   stages are not read.
/// - Source: the attentive probe of Bardes et al., *V-JEPA* (2024), which has a single learned
///   query for a clip.
public struct AttentiveHead: SegmentationHead {
    /// The number of attention heads; a width is a multiple of it.
    public static let heads = 4
    /// The base of the wavelengths of positions in pixels: up to 628 of them.
    private static let base = 100.0

    public let latentShape: LatentShape
    public let classes: Int
    public var tokens: Linear
    public var queries: Linear
    public var tokenNorm: LayerNorm
    public var queryNorm: LayerNorm
    public var attention: MultiHeadAttention
    public var expansionNorm: LayerNorm
    public var expansion: Linear
    public var contraction: Linear
    public var norm: LayerNorm
    public var scores: Linear

    /// - Precondition: `width` is a positive multiple of four; `classes` is positive.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = Configuration.usualWidth,
        random: inout RandomStream
    ) {
        require(
            width > 0 && width % Self.heads == 0 && classes > 0,
            "AttentiveHead(classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        tokens = Linear(latent.slots * latent.channels, width, random: &random)
        queries = Linear(width, width, random: &random)
        tokenNorm = LayerNorm(width: width)
        queryNorm = LayerNorm(width: width)
        attention = MultiHeadAttention(width: width, heads: Self.heads, random: &random)
        expansionNorm = LayerNorm(width: width)
        expansion = Linear(width, 4 * width, random: &random)
        contraction = Linear(4 * width, width, random: &random)
        norm = LayerNorm(width: width)
        scores = Linear(width, classes, random: &random)
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        let (count, height, width) = (
            latent.tensor.shape[0], latent.tensor.shape[2], latent.tensor.shape[3]
        )
        let stride = latent.stride
        let cells = context.part("tokens") { tokens(latent.flattenedSlots, context) }
            .reshaped([count, height * width, -1])
        let keys = tokenNorm(
            cells + encodings(height: height, width: width, spacing: stride), context)
        let places = encodings(height: height * stride, width: width * stride, spacing: 1)
        let asked = queries(places, context)
        var x = asked.broadcast(to: Shape([count] + asked.shape))
        x = x + attention(queryNorm(x, context), keys: keys, context)
        let hidden = expansion(expansionNorm(x, context), context).gelu()
        x = x + contraction(hidden, context)
        return scores(norm(x, context), context)
            .reshaped([count, height * stride, width * stride, classes])
    }

    /// Returns the encodings of cells' centers, `[height · width, width of the head]`: for y, then
    /// for x, sines and cosines of the center in pixels.
    private func encodings(height: Int, width: Int, spacing: Int) -> Tensor<Float> {
        let channels = tokens.weight.shape[1] / 4
        return PlaceWaves.grid(height: height, width: width) { cell, _ in
            let place = (Double(cell) + 0.5) * Double(spacing)
            return PlaceWaves.waves(
                (0..<channels).map { place / pow(Self.base, Double($0) / Double(channels)) })
        }.reshaped([height * width, 4 * channels])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokens", &tokens)
        visitor.module("queries", &queries)
        visitor.module("tokenNorm", &tokenNorm)
        visitor.module("queryNorm", &queryNorm)
        visitor.module("attention", &attention)
        visitor.module("expansionNorm", &expansionNorm)
        visitor.module("expansion", &expansion)
        visitor.module("contraction", &contraction)
        visitor.module("norm", &norm)
        visitor.module("scores", &scores)
    }

    /// `attentive[:WIDTH]`: a head of 64 or WIDTH channels.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "attentive"
        public static let usualWidth = 64
        public static let widthMultiple = AttentiveHead.heads
        /// Channels of queries and tokens.
        public var width: Int

        public init(width: Int = usualWidth) { self.width = width }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            AttentiveHead(latent, classes: classes, width: width, random: &random)
        }
    }
}
