import GestaltChecks
import GestaltTensor

/// A contracting and an expanding path with skip connections at each size: features at full
/// resolution that have seen the whole picture.
///
/// At each size two of (3×3 convolution, BatchNorm, ReLU); 2×2 max pooling down; a 2×2 transposed
/// convolution of stride two up, to the width of that size; the contracting path's features
/// concatenated first.
///
/// - Shapes: `[N, H, W, inputs]` to `[N, H, W, widths[0]]`; H and W are multiples of ``multiple``.
/// - Source: Ronneberger, Fischer and Brox, *U-Net* (2015), figure 1; with padded convolutions and
///   BatchNorm, as is common today.
public struct UShape: Layer {
    public var down: [DoubleConvolution]
    /// The upsampling layers, from the second coarsest size to the finest.
    public var upsampling: [TransposedConvolution]
    public var up: [DoubleConvolution]

    /// - Parameter widths: channels at each size, full size first.
    /// - Precondition: at least one width; all are positive.
    public init(widths: [Int], inputs: Int = 3, random: inout RandomStream) {
        require(
            !widths.isEmpty && widths.allSatisfy { $0 > 0 } && inputs > 0,
            "UShape: widths \(widths), \(inputs) inputs")
        down = []
        for (level, width) in widths.enumerated() {
            let inputs = level == 0 ? inputs : widths[level - 1]
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
    }

    /// Height and width of the input are multiples of this.
    public var multiple: Int { 1 << (down.count - 1) }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
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
        return x
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("down", &down)
        visitor.modules("upsampling", &upsampling)
        visitor.modules("up", &up)
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
