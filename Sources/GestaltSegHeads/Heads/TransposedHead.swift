import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Decodes a latent with transposed convolutions, doubling the grid until it has the frame's
/// pixels.
///
/// Slots become channels; a 1×1 convolution to `width`; for each factor two of the stride a 4×4
/// transposed convolution of stride two to half the width, but at least ``narrowest``, BatchNorm
/// and ReLU, before it concatenation with the stage of that size if the latent has one; a 1×1
/// convolution to the classes. The upsampling is learned, unlike ``ConvolutionalHead``'s.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`.
/// - Source: the generator of Radford, Metz and Chintala, *DCGAN* (2015).
public struct TransposedHead: SegmentationHead {
    /// The minimum number of channels.
    public static let narrowest = 16

    public let latentShape: LatentShape
    public let classes: Int
    public var reduction: Convolution
    public var upsampling: [TransposedConvolution]
    public var norms: [BatchNorm]
    public var scores: Convolution

    /// - Precondition: the stride is a power of two; `width` and `classes` are positive.
    public init(
        _ latent: LatentShape, classes: Int, width: Int = Configuration.usualWidth,
        random: inout RandomStream
    ) {
        require(
            latent.stride.nonzeroBitCount == 1 && width > 0 && classes > 0,
            "TransposedHead(stride \(latent.stride), classes: \(classes), width: \(width))")
        latentShape = latent
        self.classes = classes
        reduction = Convolution(
            latent.slots * latent.channels, width, kernel: [1, 1], padding: .same, random: &random)
        (upsampling, norms) = ([], [])
        var (channels, stride) = (width, latent.stride)
        while stride > 1 {
            let outputs = max(min(width, Self.narrowest), channels / 2)
            upsampling.append(
                TransposedConvolution(
                    channels + latent.finerChannels(stride: stride), outputs, kernel: [4, 4],
                    stride: [2, 2], padding: .same, bias: false, random: &random))
            norms.append(BatchNorm(channels: outputs, rectifies: true))
            (channels, stride) = (outputs, stride / 2)
        }
        scores = Convolution(
            channels + latent.finerChannels(stride: 1), classes, kernel: [1, 1], padding: .same,
            random: &random)
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        func joined(_ x: Tensor<Float>, at stride: Int) -> Tensor<Float> {
            guard let stage = latent.finerStage(stride: stride) else { return x }
            return concatenated([x, stage], axis: -1)
        }
        var x = context.part("reduction") { reduction(latent.flattenedSlots, context) }
        var stride = latent.stride
        for index in upsampling.indices {
            let input = joined(x, at: stride)
            let enlarged = context.part("upsampling.\(index)") {
                upsampling[index](input, context)
            }
            x = context.part("norms.\(index)") { norms[index](enlarged, context) }
            stride /= 2
        }
        return context.part("scores") { scores(joined(x, at: 1), context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("reduction", &reduction)
        visitor.modules("upsampling", &upsampling)
        visitor.modules("norms", &norms)
        visitor.module("scores", &scores)
    }

    /// `transposed[:WIDTH]`: a head of 128 or WIDTH channels at the latent's size.
    public struct Configuration: SizedHeadConfiguration {
        public static let kind = "transposed"
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
            TransposedHead(latent, classes: classes, width: width, random: &random)
        }
    }
}
