import GestaltChecks
import GestaltTensor

/// Dropout: in training, sets each element to 0 with probability `rate` and divides the others by
/// `1 − rate`; the identity in inference.
///
/// The mask comes from the context's random stream, so a pass is reproducible.
///
/// - Shapes: any, in and out.
/// - Source: Srivastava et al., *Dropout* (2014), with the scaling moved into training.
public struct Dropout: Layer {
    public let rate: Float

    /// - Precondition: 0 ≤ rate < 1.
    public init(_ rate: Float) {
        require((0..<1).contains(rate), "Dropout(\(rate)): the rate is at least 0 and below 1")
        self.rate = rate
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        guard context.isTraining, rate > 0 else { return x }
        let kept = context.random.bernoulli(x.shape, probability: Double(1 - rate))
        return x.replacing(with: 0, where: !kept) * (1 / (1 - rate))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// Stochastic depth: in training, drops whole samples of a residual branch: each is 0 with
/// probability `rate`, the others are divided by `1 − rate`; the identity in inference.
///
/// The selection comes from the context's random stream, so a pass is reproducible.
///
/// - Shapes: `[N, …]` in and out.
/// - Source: Huang et al., *Deep Networks with Stochastic Depth* (2016), section 3, with the
///   scaling moved into training.
public struct DropPath: Layer {
    public let rate: Float

    /// - Precondition: 0 ≤ rate < 1.
    public init(_ rate: Float) {
        require((0..<1).contains(rate), "DropPath(\(rate)): the rate is at least 0 and below 1")
        self.rate = rate
    }

    /// - Precondition: `x` has an axis of samples.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(x.rank > 0, "DropPath: a tensor of shape \(x.shape) has no samples")
        guard context.isTraining, rate > 0 else { return x }
        let samples = Shape([x.shape[0]] + Array(repeating: 1, count: x.rank - 1))
        let kept = context.random.bernoulli(samples, probability: Double(1 - rate))
        return x.replacing(with: 0, where: !kept) * (1 / (1 - rate))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
