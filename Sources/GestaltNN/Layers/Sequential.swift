import GestaltTensor

/// A sequence of layers.
///
/// ```swift
/// let net = Sequential {
///     Linear(2, 16, random: &random)
///     Activation.relu
///     Linear(16, 1, random: &random)
/// }
/// ```
/// Paths are `0.weight`, `0.bias`, `2.weight`, …: a layer's index, counted from 0.
public struct Sequential: Layer {
    public var layers: [any Layer]

    public init(_ layers: [any Layer]) { self.layers = layers }

    public init(@LayerListBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var x = x
        for (index, layer) in layers.enumerated() {
            x = context.part("\(index)") { layer(x, context) }
        }
        return x
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        for index in layers.indices {
            // Opens the existential in place: the visitor receives the layer's own type.
            visitor.module("\(index)", &layers[index])
        }
    }
}

/// A result builder of the layers in a closure, including conditions and loops.
@resultBuilder
public enum LayerListBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first: [any Layer]) -> [any Layer] { first }
    public static func buildEither(second: [any Layer]) -> [any Layer] { second }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
