import GestaltChecks
import GestaltTensor

/// A linear map of the last axis: `y = x · W + b`.
///
/// - Shapes: `[…, in]` to `[…, out]`.
/// - Learns: `weight` W `[in, out]` and, by default, `bias` b `[out]`, both initially uniform on
///   ±1/√in, PyTorch's default.
public struct Linear: Layer {
    public var weight: Tensor<Float>
    public var bias: Tensor<Float>?

    /// - Precondition: both widths are positive.
    public init(
        _ inputWidth: Int, _ outputWidth: Int, bias: Bool = true,
        initializer: Initializer = .fanInUniform, random: inout RandomStream
    ) {
        require(
            inputWidth > 0 && outputWidth > 0, "Linear(\(inputWidth), \(outputWidth))")
        let fan = Fan(input: inputWidth, output: outputWidth)
        weight = initializer([inputWidth, outputWidth], fan: fan, random: &random)
        if bias { self.bias = Initializer.fanInUniform([outputWidth], fan: fan, random: &random) }
    }

    /// Creates a layer with the given parameters.
    public init(weight: Tensor<Float>, bias: Tensor<Float>?) {
        require(
            weight.rank == 2 && (bias == nil || bias?.shape == [weight.shape[1]]),
            "Linear: weight \(weight.shape) with bias \(bias.map { "\($0.shape)" } ?? "none")")
        self.weight = weight
        self.bias = bias
    }

    /// - Precondition: the last axis of `x` has the input width.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            x.rank > 0 && x.shape[-1] == weight.shape[0],
            "Linear: input \(x.shape) does not end in width \(weight.shape[0])")
        let product = x.reshaped([x.count / weight.shape[0], weight.shape[0]]).matmul(weight)
        let y = bias.map { product + $0 } ?? product
        return y.reshaped(Array(x.shape.dropLast()) + [weight.shape[1]])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }
}
