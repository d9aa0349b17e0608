import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A U-Net on a latent: a contracting and an expanding path over the latent's grid, then further
/// expansion to the frame's pixels with the latent's finer stages as skip connections.
///
/// Slots become channels; a 1×1 convolution to `width`; a ``UShape`` of up to three sizes, the
/// latent's first; for each factor two of the stride a 2×2 transposed convolution to half the
/// width, but at least ``narrowest``, concatenation with a finer stage of the latent if there is
/// one, and two of (3×3 convolution, BatchNorm, ReLU); a 1×1 convolution to the classes.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`. Grids
///   that the poolings do not divide are padded at the bottom and right and cropped again.
/// - Source: Ronneberger, Fischer and Brox, *U-Net* (2015), figure 1.
public struct UNetHead: SegmentationHead {
    /// The minimum number of channels.
    public static let narrowest = 16
    /// The maximum number of sizes over the latent's grid.
    private static let mostSizes = 3

    public let latentShape: LatentShape
    public let classes: Int
    public var reduction: Convolution
    public var trunk: UShape
    public var upsampling: [TransposedConvolution]
    public var levels: [DoubleConvolution]
    public var scores: Convolution

    /// - Precondition: the stride is a power of two; `width` and `classes` are positive.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = Configuration.usualWidth,
        random: inout RandomStream
    ) {
        require(
            latent.stride.nonzeroBitCount == 1 && width > 0 && classes > 0,
            "UNetHead(stride \(latent.stride), classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        reduction = Convolution(
            latent.slots * latent.channels, width, kernel: [1, 1], padding: .same, random: &random)
        // The coarsest grid has at least two cells a side.
        let side = min(latent.height, latent.width)
        let sizes = (1...Self.mostSizes).last { side >> $0 >= 1 } ?? 1
        trunk = UShape(
            widths: (0..<sizes).map { width << $0 }, inputs: width, random: &random)
        (upsampling, levels) = ([], [])
        var (channels, stride) = (width, latent.stride)
        while stride > 1 {
            stride /= 2
            let skip = latent.finerChannels(stride: stride)
            let outputs = max(min(width, Self.narrowest), channels / 2)
            upsampling.append(
                TransposedConvolution(
                    channels, outputs, kernel: [2, 2], stride: [2, 2], random: &random))
            levels.append(DoubleConvolution(outputs + skip, outputs, random: &random))
            channels = outputs
        }
        scores = Convolution(channels, classes, kernel: [1, 1], padding: .same, random: &random)
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        let reduced = context.part("reduction") { reduction(latent.flattenedSlots, context) }
        var x = padded(reduced, to: trunk.multiple) { grid in
            context.part("trunk") { trunk(grid, context) }
        }
        var stride = latent.stride
        for index in levels.indices {
            stride /= 2
            let input = x
            x = context.part("upsampling.\(index)") { upsampling[index](input, context) }
            if let stage = latent.finerStage(stride: stride) {
                x = concatenated([stage, x], axis: -1)
            }
            let joined = x
            x = context.part("levels.\(index)") { levels[index](joined, context) }
        }
        return context.part("scores") { scores(x, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("reduction", &reduction)
        visitor.module("trunk", &trunk)
        visitor.modules("upsampling", &upsampling)
        visitor.modules("levels", &levels)
        visitor.module("scores", &scores)
    }

    /// `unet[:WIDTH]`: a head of 64 or WIDTH channels at the latent's size.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "unet"
        public static let usualWidth = 64
        /// Channels at the latent's size.
        public var width: Int

        public init(width: Int = usualWidth) { self.width = width }

        public func validate(stride: Int) throws(ConfigurationError) {
            try validateDoubling(stride)
        }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            UNetHead(latent, classes: classes, width: width, random: &random)
        }
    }
}
