import GestaltChecks
import GestaltTensor

/// Layer normalization: each row is normalized over the last axis, then scaled and shifted.
///
/// `y = (x − μ) / √(σ² + ε) · γ + β`; μ and the biased σ² run over the last axis.
///
/// - Shapes: `[…, width]` in and out.
/// - Learns: by default `scale` γ `[width]`, initially ones, and `shift` β `[width]`, initially
///   zeros.
/// - Source: Ba, Kiros and Hinton, *Layer Normalization* (2016), equations 3 and 4.
public struct LayerNorm: Layer {
    public var scale: Tensor<Float>?
    public var shift: Tensor<Float>?
    public let width: Int
    /// The term added to the variance, in squared units of the input.
    public let epsilon: Float

    /// - Parameters:
    ///   - affine: whether rows are scaled, and shifted if `bias` is true, after the division.
    /// - Precondition: `width` and `epsilon` are positive.
    public init(width: Int, epsilon: Float = 1e-5, affine: Bool = true, bias: Bool = true) {
        require(width > 0 && epsilon > 0, "LayerNorm(width: \(width), epsilon: \(epsilon))")
        if affine { scale = .ones([width]) }
        if affine && bias { shift = .zeros([width]) }
        self.width = width
        self.epsilon = epsilon
    }

    /// - Precondition: the last axis of `x` has length `width`.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.layerNormalized(
            scale: scale ?? .ones([width]), shift: shift ?? .zeros([width]), epsilon: epsilon)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}
