import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Two linear layers from the whole latent to all scores, with a bottleneck between.
///
/// All cells, slots and channels form one vector; a linear layer to `width` numbers, ReLU; a linear
/// layer to the scores of all pixels. It knows nothing of space: every weight belongs to a place of
/// the grid, so the grid's size is fixed. Without a bottleneck the layer from 16 × 16 × 240 numbers
/// to 64 × 64 scores would have 252 million weights; with one of 128 there are 8.4 million.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`.
public struct FlattenedHead: SegmentationHead {
    public let latentShape: LatentShape
    public let classes: Int
    public var bottleneck: Linear
    public var scores: Linear

    /// - Precondition: `width` and `classes` are positive.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = Configuration.usualWidth,
        random: inout RandomStream
    ) {
        require(width > 0 && classes > 0, "FlattenedHead(classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        let cells = latent.height * latent.width
        bottleneck = Linear(latent.slots * cells * latent.channels, width, random: &random)
        scores = Linear(width, cells * latent.stride * latent.stride * classes, random: &random)
    }

    public var hasFixedGrid: Bool { true }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        let count = latent.tensor.shape[0]
        let flat = latent.tensor.reshaped([count, -1])
        let code = context.part("bottleneck") { bottleneck(flat, context) }.relu()
        let logits = context.part("scores") { scores(code, context) }
        return logits.reshaped([
            count, latentShape.height * latentShape.stride, latentShape.width * latentShape.stride,
            classes,
        ])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("bottleneck", &bottleneck)
        visitor.module("scores", &scores)
    }

    /// `flatten[:WIDTH]`: a head with a bottleneck of 128 or WIDTH numbers.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "flatten"
        public static let usualWidth = 128
        /// The numbers of the bottleneck.
        public var width: Int

        public init(width: Int = usualWidth) { self.width = width }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            FlattenedHead(latent, classes: classes, width: width, random: &random)
        }
    }
}
