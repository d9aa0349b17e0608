import GestaltChecks
import GestaltTensor

/// The identity: a placeholder in configurations without a layer.
///
/// - Shapes: any, in and out.
public struct Identity: Layer {
    public init() {}

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> { x }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

/// A layer that merges neighboring axes into one, by default all except the batch axis.
///
/// - Shapes: `[N, …]` to `[N, product of …]`.
public struct Flatten: Layer {
    /// The first and the last of the merged axes; negative axes count from the end.
    public let first: Int
    public let last: Int

    public init(from first: Int = 1, through last: Int = -1) {
        self.first = first
        self.last = last
    }

    /// - Precondition: both axes exist, in this order.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let (from, to) = (x.shape.resolved(first), x.shape.resolved(last))
        require(from <= to, "Flatten: axes \(first) to \(last) of shape \(x.shape)")
        return x.flattened(axes: from...to)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
