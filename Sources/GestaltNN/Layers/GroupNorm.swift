import GestaltChecks
import GestaltTensor

/// Group normalization: groups of neighboring channels are normalized separately for each sample,
/// then each channel is scaled and shifted.
///
/// `y = (x − μ) / √(σ² + ε) · γ + β`; μ and the biased σ² run over all positions of a sample and
/// the channels of a group.
///
/// - Shapes: `[N, …, channels]` in and out.
/// - Learns: by default `scale` γ `[channels]`, initially ones, and `shift` β `[channels]`,
///   initially zeros.
/// - Source: Wu and He, *Group Normalization* (2018), equations 1, 2 and 7.
public struct GroupNorm: Layer {
    public var scale: Tensor<Float>?
    public var shift: Tensor<Float>?
    public let groups: Int
    public let channels: Int
    /// The term added to the variance, in squared units of the input.
    public let epsilon: Float
    /// Whether ReLU is applied in the same pass.
    public let rectifies: Bool

    /// - Parameter affine: whether channels are scaled and shifted after the division.
    /// - Precondition: `groups` divides `channels`; all are positive.
    public init(
        groups: Int, channels: Int, epsilon: Float = 1e-5, affine: Bool = true,
        rectifies: Bool = false
    ) {
        require(
            groups > 0 && channels > 0 && channels % groups == 0 && epsilon > 0,
            "GroupNorm(groups: \(groups), channels: \(channels), epsilon: \(epsilon))")
        if affine {
            scale = .ones([channels])
            shift = .zeros([channels])
        }
        self.groups = groups
        self.channels = channels
        self.epsilon = epsilon
        self.rectifies = rectifies
    }

    /// - Precondition: the last axis of `x` has length `channels`.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.groupNormalized(
            groups: groups, scale: scale ?? .ones([channels]), shift: shift ?? .zeros([channels]),
            epsilon: epsilon, rectifies: rectifies)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}
