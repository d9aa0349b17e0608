import GestaltTensor

/// A 3×3 convolution without bias, BatchNorm, ReLU; height and width are preserved.
///
/// - Shapes: `[N, H, W, inputs]` to `[N, H, W, outputs]`.
public struct ConvolutionBlock: Layer {
    public var convolution: Convolution
    public var norm: BatchNorm

    public init(_ inputs: Int, _ outputs: Int, random: inout RandomStream) {
        convolution = Convolution(
            inputs, outputs, kernel: [3, 3], padding: .same, bias: false,
            random: &random)
        norm = BatchNorm(channels: outputs, rectifies: true)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        norm(after: convolution, x, context)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("convolution", &convolution)
        visitor.module("norm", &norm)
    }
}
