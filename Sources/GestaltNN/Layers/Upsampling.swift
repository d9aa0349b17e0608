import GestaltChecks
import GestaltTensor

/// Upsampling of an image or clip by integer factors.
///
/// - Shapes: `[N, spatial…, C]` to `[N, spatial · factor…, C]`.
public struct Upsampling: Layer {
    public enum Method: String, Sendable, Codable {
        /// Repetition of each pixel.
        case nearest
        /// Linear interpolation along each axis, with pixels as areas (corners not aligned).
        case linear
    }

    public let factors: AxisValues
    public let method: Method

    /// - Parameter factors: a factor, or one for each spatial axis.
    public init(by factors: AxisValues, _ method: Method = .nearest) {
        self.factors = factors
        self.method = method
    }

    /// - Precondition: `x` has one to three spatial axes, one for each factor; factors are
    ///   positive.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let rank = spatialRank("Upsampling", of: x)
        let factors = factors.values(rank: rank, "Upsampling: factors")
        require(
            rank <= 3 && factors.allSatisfy { $0 > 0 },
            "Upsampling: \(x.shape) by factors \(factors)")
        switch method {
        case .nearest: return x.upsampled(by: factors)
        case .linear:
            return x.interpolated(to: zip(x.shape.dropFirst(), factors).map { $0 * $1 })
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
