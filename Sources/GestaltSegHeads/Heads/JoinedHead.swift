import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Scores the finest grid of a latent, joined with its coarser ones.
///
/// Slots become channels; a 1×1 convolution of the latent to `width`; all grids are enlarged
/// bilinearly to the finest and concatenated; (3×3 convolution, BatchNorm, ReLU) to `width`; a 1×1
/// convolution to the classes, enlarged to the frame where the finest grid is coarser. Next to
/// features at every pixel the coarser grids need no decoder: edges come from the former.
///
/// - Shapes: latent `[N, slots, h, w, C]` with finer stages to logits
///   `[N, h · stride, w · stride, classes]`.
public struct JoinedHead: SegmentationHead {
    /// The channels of the reduced latent and of the scored grid by default.
    public static let usualWidth = 32

    public let latentShape: LatentShape
    public let classes: Int
    public var reduction: Convolution
    public var block: ConvolutionBlock
    public var scores: Convolution

    /// - Precondition: `width` and `classes` are positive; each stride is a multiple of the finest.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = Self.usualWidth,
        random: inout RandomStream
    ) {
        let finest = Self.finestStride(of: latent)
        require(
            width > 0 && classes > 0
                && ([latent.stride] + latent.finer.map(\.stride)).allSatisfy { $0 % finest == 0 },
            "JoinedHead(\(latent), classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        reduction = Convolution(
            latent.slots * latent.channels, width, kernel: [1, 1], padding: .same, random: &random)
        let finerChannels = latent.finer.reduce(0) { $0 + $1.channels }
        block = ConvolutionBlock(width + finerChannels, width, random: &random)
        scores = Convolution(width, classes, kernel: [1, 1], padding: .same, random: &random)
    }

    private static func finestStride(of latent: LatentShape) -> Int {
        latent.finer.last?.stride ?? latent.stride
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        let finest = Self.finestStride(of: latentShape)
        let reduced = context.part("reduction") { reduction(latent.flattenedSlots, context) }
        let grids = [(reduced, latent.stride)] + latent.finer.map { ($0.tensor, $0.stride) }
        let joined = concatenated(
            grids.map { grid, stride in
                stride == finest ? grid : grid.enlarged(by: stride / finest)
            }, axis: -1)
        let x = context.part("block") { block(joined, context) }
        let logits = context.part("scores") { scores(x, context) }
        return finest == 1 ? logits : logits.enlarged(by: finest)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("reduction", &reduction)
        visitor.module("block", &block)
        visitor.module("scores", &scores)
    }
}

extension JoinedHead {
    /// `joined[:WIDTH]`: a head of 32 or WIDTH channels at the finest grid.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "joined"
        public static let usualWidth = JoinedHead.usualWidth
        /// Channels of the reduced latent and of the scored grid.
        public var width: Int

        public init(width: Int = JoinedHead.usualWidth) { self.width = width }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            JoinedHead(latent, classes: classes, width: width, random: &random)
        }
    }
}

extension HeadConfiguration where Self == JoinedHead.Configuration {
    /// Returns the configuration of a ``JoinedHead``.
    public static func joined(width: Int = JoinedHead.usualWidth) -> Self { Self(width: width) }
}
