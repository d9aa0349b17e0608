import GestaltTensor

/// The largest element of each window, channel by channel.
///
/// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
public struct MaxPooling: Layer {
    /// A length for each spatial axis.
    public let kernel: [Int]
    public let stride: [Int]
    public let padding: Padding

    /// - Parameter stride: `kernel` unless given.
    public init(kernel: [Int], stride: [Int]? = nil, padding: Padding = .valid) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.maxPooled(kernel: kernel, stride: stride, padding: padding)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// The mean of each window, channel by channel.
///
/// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
public struct AveragePooling: Layer {
    /// A length for each spatial axis.
    public let kernel: [Int]
    public let stride: [Int]
    public let padding: Padding
    /// Whether the zeros of the padding count in the mean.
    public let countsPadding: Bool

    /// - Parameter stride: `kernel` unless given.
    public init(
        kernel: [Int], stride: [Int]? = nil, padding: Padding = .valid, countsPadding: Bool = true
    ) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.countsPadding = countsPadding
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.averagePooled(
            kernel: kernel, stride: stride, padding: padding, countingPadding: countsPadding)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// The mean over all spatial axes.
///
/// - Shapes: `[N, spatial…, C]` to `[N, C]`.
public struct GlobalAveragePooling: Layer {
    public init() {}

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.globalAveragePooled()
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
