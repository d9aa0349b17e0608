import GestaltTensor

/// The transpose of a convolution over 1 to 3 spatial axes, which enlarges images:
/// `y[s · i − before + κ · dilation] += x[i] · W[κ]`, then bias and activation.
///
/// - Shapes: `[N, spatial…, in]` to `[N, spatial'…, out]`; see `Tensor.transposedConvolution`
///   for the lengths (`stride · n` with `Padding.same`).
/// - Learns: `weight` W `[kernel…, in, out / groups]` and, by default, `bias` b `[out]`, both
///   initially uniform on ±1/√(out / groups · kernel volume): PyTorch's fan of its transposed
///   weight.
public struct TransposedConvolution: Layer {
    public var weight: Tensor<Float>
    public var bias: Tensor<Float>?
    /// A number for each spatial axis.
    public let stride: [Int]
    public let padding: Padding
    public let outputPadding: [Int]
    public let dilation: [Int]
    public let groups: Int
    public let activation: FusedActivation

    /// - Parameters:
    ///   - rank: the number of spatial axes; required if `kernel` is one number.
    ///   - kernel, stride, outputPadding, dilation: a number, or one for each spatial axis.
    /// - Precondition: one to three positive kernel lengths; `groups` divides both channel counts.
    public init(
        rank: Int? = nil, _ inputChannels: Int, _ outputChannels: Int, kernel: AxisValues,
        stride: AxisValues = 1, padding: Padding = .valid, outputPadding: AxisValues = 0,
        dilation: AxisValues = 1, groups: Int = 1, bias: Bool = true,
        activation: FusedActivation = .none, initializer: Initializer = .fanInUniform,
        random: inout RandomStream
    ) {
        let rank = spatialRank("TransposedConvolution", rank, kernel)
        let kernel = kernel.values(rank: rank, "TransposedConvolution: kernel")
        checkConvolution("TransposedConvolution", inputChannels, outputChannels, kernel, groups)
        let volume = kernel.reduce(1, *)
        let fan = Fan(input: outputChannels / groups * volume, output: inputChannels * volume)
        weight = initializer(
            Shape(kernel + [inputChannels, outputChannels / groups]), fan: fan, random: &random)
        if bias {
            self.bias = Initializer.fanInUniform([outputChannels], fan: fan, random: &random)
        }
        self.stride = stride.values(rank: rank, "TransposedConvolution: stride")
        self.padding = padding
        self.outputPadding = outputPadding.values(
            rank: rank, "TransposedConvolution: outputPadding")
        self.dilation = dilation.values(rank: rank, "TransposedConvolution: dilation")
        self.groups = groups
        self.activation = activation
    }

    /// - Precondition: `x` is `[N, spatial…, in]`.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.transposedConvolution(
            weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding,
            dilation: dilation, groups: groups, activation: activation)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }
}
