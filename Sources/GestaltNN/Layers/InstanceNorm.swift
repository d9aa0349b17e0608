import GestaltChecks
import GestaltTensor

/// Instance normalization: each channel of each sample is normalized over its positions.
///
/// `y = (x − μ) / √(σ² + ε)`; μ and the biased σ² run over the positions of one channel of one
/// sample.
///
/// - Shapes: `[N, …, channels]` in and out.
/// - Learns: nothing by default; with `affine` a `scale` γ `[channels]`, initially ones, and a
///   `shift` β `[channels]`, initially zeros: `y · γ + β`.
/// - Source: Ulyanov, Vedaldi and Lempitsky, *Instance Normalization* (2016), equation 7.
public struct InstanceNorm: Layer {
    public var scale: Tensor<Float>?
    public var shift: Tensor<Float>?
    public let channels: Int
    /// The term added to the variance, in squared units of the input.
    public let epsilon: Float

    /// - Precondition: `channels` and `epsilon` are positive.
    public init(channels: Int, epsilon: Float = 1e-5, affine: Bool = false) {
        require(
            channels > 0 && epsilon > 0,
            "InstanceNorm(channels: \(channels), epsilon: \(epsilon))")
        self.channels = channels
        self.epsilon = epsilon
        guard affine else { return }
        scale = .ones([channels])
        shift = .zeros([channels])
    }

    /// - Precondition: the last axis of `x` has length `channels`.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.groupNormalized(
            groups: channels, scale: scale ?? .ones([channels]), shift: shift ?? .zeros([channels]),
            epsilon: epsilon)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}
