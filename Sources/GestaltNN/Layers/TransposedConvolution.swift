import GestaltTensor

/// The transpose of a convolution over 1 to 3 spatial axes, which makes images larger:
/// `y[s · i − before + κ · dilation] += x[i] · W[κ]`, then bias and activation.
///
/// - Shapes: `[N, spatial…, in]` to `[N, spatial'…, out]`; see `Tensor.transposedConvolution`
///   for the lengths (`stride · n` with `Padding.same`).
/// - Learns: `weight` W `[kernel…, in, out / groups]` and, unless told otherwise, `bias` b
///   `[out]`, both from the uniform law on ±1/√(out / groups · kernel volume): what PyTorch takes
///   for the fan of its transposed weight.
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
    ///   - kernel: its length along each spatial axis; their number is the rank.
    ///   - stride, outputPadding, dilation: likewise; empty: ones, zeros, ones.
    /// - Precondition: one to three positive kernel lengths; `groups` divides both channel counts.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernel: [Int], stride: [Int] = [],
        padding: Padding = .valid, outputPadding: [Int] = [], dilation: [Int] = [],
        groups: Int = 1, bias: Bool = true, activation: FusedActivation = .none,
        initializer: Initializer = .fanInUniform, random: inout RandomStream
    ) {
        checkConvolution("TransposedConvolution", inputChannels, outputChannels, kernel, groups)
        let volume = kernel.reduce(1, *)
        let fan = Fan(input: outputChannels / groups * volume, output: inputChannels * volume)
        weight = initializer(
            Shape(kernel + [inputChannels, outputChannels / groups]), fan: fan, random: &random)
        if bias {
            self.bias = Initializer.fanInUniform([outputChannels], fan: fan, random: &random)
        }
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
        self.activation = activation
    }

    /// The same numbers along each of `rank` spatial axes.
    public init(
        rank: Int, _ inputChannels: Int, _ outputChannels: Int, kernel: Int, stride: Int = 1,
        padding: Padding = .valid, outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1,
        bias: Bool = true, activation: FusedActivation = .none,
        initializer: Initializer = .fanInUniform, random: inout RandomStream
    ) {
        func each(_ number: Int) -> [Int] { Array(repeating: number, count: rank) }
        self.init(
            inputChannels, outputChannels, kernel: each(kernel), stride: each(stride),
            padding: padding, outputPadding: each(outputPadding), dilation: each(dilation),
            groups: groups, bias: bias, activation: activation, initializer: initializer,
            random: &random)
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
