import GestaltChecks
import GestaltTensor

/// The largest element of each window, channel by channel.
///
/// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
public struct MaxPooling: Layer {
    public let kernel: AxisValues
    public let stride: AxisValues
    public let padding: Padding

    /// - Parameters:
    ///   - kernel: a length, or one for each spatial axis.
    ///   - stride: a stride, or one for each spatial axis; by default `kernel`.
    public init(kernel: AxisValues, stride: AxisValues? = nil, padding: Padding = .valid) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let rank = spatialRank("MaxPooling", of: x)
        return x.maxPooled(
            kernel: kernel.values(rank: rank), stride: stride.values(rank: rank), padding: padding)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// The mean of each window, channel by channel.
///
/// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
public struct AveragePooling: Layer {
    public let kernel: AxisValues
    public let stride: AxisValues
    public let padding: Padding
    /// Whether the zeros of the padding count in the mean.
    public let countsPadding: Bool

    /// - Parameters:
    ///   - kernel: a length, or one for each spatial axis.
    ///   - stride: a stride, or one for each spatial axis; by default `kernel`.
    public init(
        kernel: AxisValues, stride: AxisValues? = nil, padding: Padding = .valid,
        countsPadding: Bool = true
    ) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.countsPadding = countsPadding
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let rank = spatialRank("AveragePooling", of: x)
        return x.averagePooled(
            kernel: kernel.values(rank: rank), stride: stride.values(rank: rank), padding: padding,
            countingPadding: countsPadding)
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

/// The mean of each of a fixed number of windows along each spatial axis, for any input length:
/// window i of m over n positions is `⌊i n / m⌋ ..< ⌈(i + 1) n / m⌉`.
///
/// - Shapes: `[N, spatial…, C]` to `[N, lengths…, C]`.
/// - Source: PyTorch's `AdaptiveAvgPool2d`.
public struct AdaptiveAveragePooling: Layer {
    public let lengths: AxisValues

    /// - Parameter lengths: the output lengths, one for all spatial axes or one for each.
    public init(to lengths: AxisValues) { self.lengths = lengths }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.adaptiveAveragePooled(
            to: lengths.values(rank: spatialRank("AdaptiveAveragePooling", of: x)))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// The largest element of each of a fixed number of windows along each spatial axis; see
/// ``AdaptiveAveragePooling``.
///
/// - Shapes: `[N, spatial…, C]` to `[N, lengths…, C]`.
public struct AdaptiveMaxPooling: Layer {
    public let lengths: AxisValues

    /// - Parameter lengths: the output lengths, one for all spatial axes or one for each.
    public init(to lengths: AxisValues) { self.lengths = lengths }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.adaptiveMaxPooled(to: lengths.values(rank: spatialRank("AdaptiveMaxPooling", of: x)))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// Returns the number of spatial axes of an input `[N, spatial…, C]`.
func spatialRank(_ layer: String, of x: Tensor<Float>) -> Int {
    require(x.rank >= 3, "\(layer): \(x.shape) is not [N, spatial…, C]")
    return x.rank - 2
}
