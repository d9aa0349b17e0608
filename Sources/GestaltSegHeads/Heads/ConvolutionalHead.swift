import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Decodes a latent with convolutions, doubling the grid until it has the frame's pixels.
///
/// Slots become channels; a 1×1 convolution to `width`; two of (3×3 convolution, BatchNorm, ReLU);
/// then, for each factor two of the stride: bilinear doubling, concatenation with a finer stage of
/// the latent if there is one, (3×3 convolution, BatchNorm, ReLU) to half the width, but at least
/// ``narrowest``; a 1×1 convolution to the classes.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`.
public struct ConvolutionalHead: SegmentationHead {
    /// The minimum number of channels; two thirds of the cost are at full size.
    public static let narrowest = 16

    public let latentShape: LatentShape
    public let classes: Int
    public var reduction: Convolution
    public var trunk: [ConvolutionBlock]
    public var levels: [ConvolutionBlock]
    public var scores: Convolution

    /// - Precondition: the stride is a power of two; `width` and `classes` are positive.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = 128, random: inout RandomStream
    ) {
        require(
            latent.stride.nonzeroBitCount == 1 && width > 0 && classes > 0,
            "ConvolutionalHead(stride \(latent.stride), classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        reduction = Convolution(
            latent.slots * latent.channels, width, kernel: [1, 1],
            padding: .same, random: &random)
        trunk = []
        for _ in 0..<2 {
            trunk.append(ConvolutionBlock(width, width, random: &random))
        }
        levels = []
        var (channels, stride) = (width, latent.stride)
        while stride > 1 {
            stride /= 2
            let skip = latent.finerChannels(stride: stride)
            let outputs = max(min(width, Self.narrowest), channels / 2)
            levels.append(
                ConvolutionBlock(channels + skip, outputs, random: &random))
            channels = outputs
        }
        scores = Convolution(
            channels, classes, kernel: [1, 1], padding: .same, random: &random)
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        var x = context.part("reduction") { reduction(latent.flattenedSlots, context) }
        for (index, block) in trunk.enumerated() {
            x = context.part("trunk.\(index)") { block(x, context) }
        }
        var stride = latent.stride
        for (index, level) in levels.enumerated() {
            stride /= 2
            x = x.enlarged(by: 2)
            if let stage = latent.finerStage(stride: stride) {
                x = concatenated([x, stage], axis: -1)
            }
            x = context.part("levels.\(index)") { level(x, context) }
        }
        return context.part("scores") { scores(x, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("reduction", &reduction)
        visitor.modules("trunk", &trunk)
        visitor.modules("levels", &levels)
        visitor.module("scores", &scores)
    }
}

extension ConvolutionalHead {
    /// `convolutional[:WIDTH]`: a head of 128 or WIDTH channels at the latent's size.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "convolutional"
        public static let usualWidth = 128
        /// Channels at the latent's size.
        public var width: Int

        public init(width: Int = usualWidth) { self.width = width }

        public func validate(stride: Int) throws(ConfigurationError) {
            try validateDoubling(stride)
        }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            ConvolutionalHead(latent, classes: classes, width: width, random: &random)
        }
    }
}

extension HeadConfiguration where Self == ConvolutionalHead.Configuration {
    /// Returns the configuration of a ``ConvolutionalHead``.
    public static func convolutional(width: Int = 128) -> Self { Self(width: width) }
}
