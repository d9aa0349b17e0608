import GestaltChecks
import GestaltTensor

/// A picture or clip made larger by whole factors.
///
/// - Shapes: `[N, spatial…, C]` to `[N, spatial · factor…, C]`.
public struct Upsampling: Layer {
    public enum Method: String, Sendable, Codable {
        /// Each pixel repeated.
        case nearest
        /// Between the neighbors along each axis, pixels taken as areas (corners not aligned).
        case linear
    }

    /// A factor for each spatial axis.
    public let factors: [Int]
    public let method: Method

    /// - Precondition: one to three positive factors.
    public init(by factors: [Int], _ method: Method = .nearest) {
        require(
            (1...3).contains(factors.count) && factors.allSatisfy { $0 > 0 },
            "Upsampling(by: \(factors)): one to three positive factors")
        self.factors = factors
        self.method = method
    }

    /// - Precondition: `x` has a spatial axis for each factor.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            x.rank == factors.count + 2,
            "Upsampling: \(x.shape) is not [N, spatial…, C] with a factor \(factors) an axis")
        switch method {
        case .nearest: return x.upsampled(by: factors)
        case .linear:
            return x.interpolated(to: zip(x.shape.dropFirst(), factors).map { $0 * $1 })
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
