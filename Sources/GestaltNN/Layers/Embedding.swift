import GestaltChecks
import GestaltTensor

/// A table of vectors, looked up by index.
///
/// - Shapes: Int32 indices `[…]` to `[…, width]`.
/// - Learns: `weight` `[count, width]` initially standard normal.
public struct Embedding: Module {
    public var weight: Tensor<Float>

    /// - Precondition: `count` and `width` are positive.
    public init(
        count: Int, width: Int, initializer: Initializer = .normal(standardDeviation: 1),
        random: inout RandomStream
    ) {
        require(count > 0 && width > 0, "Embedding(count: \(count), width: \(width))")
        weight = initializer(
            [count, width], fan: Fan(input: count, output: width), random: &random)
    }

    /// - Precondition: every index is at least 0 and below `count`.
    public func callAsFunction(_ indices: Tensor<Int32>) -> Tensor<Float> {
        weight.gathered(indices.flattened(), axis: 0)
            .reshaped(Array(indices.shape) + [weight.shape[1]])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
    }
}
