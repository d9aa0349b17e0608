import GestaltChecks
import GestaltTensor

/// RMS normalization: each row is divided by its root mean square over the last axis, then scaled.
///
/// `y = x / √(mean of x² + ε) · γ`
///
/// - Shapes: `[…, width]` in and out.
/// - Learns: by default `scale` γ `[width]`, initially ones.
/// - Source: Zhang and Sennrich, *Root Mean Square Layer Normalization* (2019), equation 4.
public struct RMSNorm: Layer {
    public var scale: Tensor<Float>?
    public let width: Int
    /// The term added to the mean square, in squared units of the input.
    public let epsilon: Float

    /// - Parameter affine: whether rows are scaled after the division.
    /// - Precondition: `width` and `epsilon` are positive.
    public init(width: Int, epsilon: Float = 1e-6, affine: Bool = true) {
        require(width > 0 && epsilon > 0, "RMSNorm(width: \(width), epsilon: \(epsilon))")
        if affine { scale = .ones([width]) }
        self.width = width
        self.epsilon = epsilon
    }

    /// - Precondition: the last axis of `x` has length `width`.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        x.rootMeanSquareNormalized(scale: scale ?? .ones([width]), epsilon: epsilon)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
    }
}
