import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

/// A convolutional encoder and decoder with skip connections at each size.
///
/// At each size two of (3×3 convolution, BatchNorm, ReLU); 2×2 max pooling down; a 2×2 transposed
/// convolution of stride two up, to the width of that size; the encoder's features concatenated
/// first; a 1×1 convolution to the classes.
///
/// - Shapes: frames `[N, H, W, 3]` in −0.5…0.5 to logits `[N, H, W, classes]`. Sizes that the
///   poolings do not divide are padded at the bottom and right and cropped again.
/// - Source: Ronneberger, Fischer and Brox, *U-Net* (2015), figure 1; with padded convolutions and
///   BatchNorm, as is common today.
public struct UNet: SegmentationModel, StoredModel {
    public let configuration: UNetConfiguration
    public var down: [DoubleConvolution]
    /// The upsampling layers, from the second coarsest size to the finest.
    public var upsampling: [TransposedConvolution]
    public var up: [DoubleConvolution]
    public var scores: Convolution

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: UNetConfiguration, random: inout RandomStream) {
        let widths = configuration.widths
        require(
            !widths.isEmpty && widths.allSatisfy { $0 > 0 } && configuration.classes > 0,
            "UNet: widths \(widths), \(configuration.classes) classes")
        self.configuration = configuration
        down = []
        for (level, width) in widths.enumerated() {
            let inputs = level == 0 ? 3 : widths[level - 1]
            down.append(DoubleConvolution(inputs, width, random: &random))
        }
        upsampling = []
        up = []
        for level in (0..<widths.count - 1).reversed() {
            upsampling.append(
                TransposedConvolution(
                    widths[level + 1], widths[level], kernel: [2, 2],
                    stride: [2, 2], padding: .valid, random: &random))
            up.append(
                DoubleConvolution(
                    2 * widths[level], widths[level], random: &random))
        }
        scores = Convolution(
            widths[0], configuration.classes, kernel: [1, 1], padding: .same,
            random: &random)
    }

    public var input: PictureInput { configuration.input }
    public var classes: Int { configuration.classes }
    public var seesFuture: Bool { false }
    public var sizeMultiple: Int { 1 << (configuration.widths.count - 1) }

    public func logits(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            frames.rank == 4 && frames.shape[3] == 3,
            "UNet: frames \(frames.shape) are not [N, H, W, 3]")
        return padded(input.normalized(frames), to: sizeMultiple) { x in
            var x = x
            var skips: [Tensor<Float>] = []
            for (level, block) in down.enumerated() {
                x = context.part("down.\(level)") {
                    block(level == 0 ? x : x.maxPooled(kernel: [2, 2]), context)
                }
                skips.append(x)
            }
            skips.removeLast()
            for (level, block) in up.enumerated() {
                let coarse = context.part("upsampling.\(level)") { upsampling[level](x, context) }
                let joined = concatenated([skips.removeLast(), coarse], axis: -1)
                x = context.part("up.\(level)") { block(joined, context) }
            }
            return context.part("scores") { scores(x, context) }
        }
    }

    public var title: String { "a segmentation model (U-Net)" }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("down", &down)
        visitor.modules("upsampling", &upsampling)
        visitor.modules("up", &up)
        visitor.module("scores", &scores)
    }
}

/// Two of (3×3 convolution, BatchNorm, ReLU).
///
/// - Shapes: `[N, H, W, inputs]` to `[N, H, W, outputs]`.
public struct DoubleConvolution: Layer {
    public var first: ConvolutionBlock
    public var second: ConvolutionBlock

    public init(_ inputs: Int, _ outputs: Int, random: inout RandomStream) {
        first = ConvolutionBlock(inputs, outputs, random: &random)
        second = ConvolutionBlock(outputs, outputs, random: &random)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let inner = context.part("first") { first(x, context) }
        return context.part("second") { second(inner, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("first", &first)
        visitor.module("second", &second)
    }
}

/// Applies `body` to images `[N, H, W, C]` padded with zeros at the bottom and right to multiples
/// of `multiple`, and crops the result to H × W.
func padded(
    _ x: Tensor<Float>, to multiple: Int, _ body: (Tensor<Float>) -> Tensor<Float>
) -> Tensor<Float> {
    let (height, width) = (x.shape[-3], x.shape[-2])
    let bottom = (multiple - height % multiple) % multiple
    let right = (multiple - width % multiple) % multiple
    guard bottom > 0 || right > 0 else { return body(x) }
    let enlarged = x.padded(before: 0, after: bottom, axis: -3)
        .padded(before: 0, after: right, axis: -2)
    return body(enlarged).sliced(0..<height, axis: -3).sliced(0..<width, axis: -2)
}
