import GestaltChecks
import GestaltTensor

/// A convolution over 1 to 3 spatial axes, with bias and, in the same pass, an activation:
/// `y[q] = f(b + Σ_κ x[q · stride − before + κ · dilation] · W[κ])`.
///
/// - Shapes: `[N, spatial…, in]` to `[N, spatial'…, out]`; see `Tensor.convolution` for the
///   lengths.
/// - Learns: `weight` W `[kernel…, in / groups, out]` and, by default, `bias` b `[out]`, both
///   initially uniform on ±1/√(in / groups · kernel volume), PyTorch's default.
public struct Convolution: Layer {
    public var weight: Tensor<Float>
    public var bias: Tensor<Float>?
    /// A number for each spatial axis.
    public let stride: [Int]
    public let padding: Padding
    public let dilation: [Int]
    public let groups: Int
    public let activation: FusedActivation
    /// Whether a frame of the value depends, to the bit, on nothing but the frames that it reads;
    /// see `Tensor.convolution`.
    public let framewise: Bool

    /// - Parameters:
    ///   - rank: the number of spatial axes: 1 for sequences, 2 for images, 3 for video; required
    ///     if `kernel` is one number.
    ///   - kernel, stride, dilation: a number, or one for each spatial axis.
    /// - Precondition: one to three positive kernel lengths; `groups` divides both channel counts.
    public init(
        rank: Int? = nil, _ inputChannels: Int, _ outputChannels: Int, kernel: AxisValues,
        stride: AxisValues = 1, padding: Padding = .valid, dilation: AxisValues = 1,
        groups: Int = 1, bias: Bool = true, activation: FusedActivation = .none,
        framewise: Bool = false, initializer: Initializer = .fanInUniform,
        random: inout RandomStream
    ) {
        let rank = spatialRank("Convolution", rank, kernel)
        let kernel = kernel.values(rank: rank, "Convolution: kernel")
        checkConvolution("Convolution", inputChannels, outputChannels, kernel, groups)
        let shape = Shape(kernel + [inputChannels / groups, outputChannels])
        let fan = Fan(weight: shape)
        weight = initializer(shape, fan: fan, random: &random)
        if bias {
            self.bias = Initializer.fanInUniform([outputChannels], fan: fan, random: &random)
        }
        self.stride = stride.values(rank: rank, "Convolution: stride")
        self.padding = padding
        self.dilation = dilation.values(rank: rank, "Convolution: dilation")
        self.groups = groups
        self.activation = activation
        self.framewise = framewise
    }

    /// - Precondition: `x` is `[N, spatial…, in]` and not shorter than the kernel along any axis.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        callAsFunction(x, context, gathersMoments: false)
    }

    /// - Parameter gathersMoments: see `Tensor.convolution`.
    func callAsFunction(
        _ x: Tensor<Float>, _ context: Context, gathersMoments: Bool
    ) -> Tensor<Float> {
        x.convolution(
            weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
            groups: groups, activation: activation, framewise: framewise,
            gathersMoments: gathersMoments)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }
}

func checkConvolution(
    _ layer: String, _ inputChannels: Int, _ outputChannels: Int, _ kernel: [Int], _ groups: Int
) {
    require(
        (1...3).contains(kernel.count) && kernel.allSatisfy { $0 > 0 },
        "\(layer): kernel \(kernel) is not one to three positive lengths")
    require(
        groups > 0 && inputChannels > 0 && outputChannels > 0
            && inputChannels % groups == 0 && outputChannels % groups == 0,
        "\(layer): \(groups) groups do not divide channels \(inputChannels) and \(outputChannels)")
}
