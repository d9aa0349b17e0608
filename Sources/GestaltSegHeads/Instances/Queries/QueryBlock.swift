import GestaltNN
import GestaltTensor

/// A step of queries over the cells of a grid: attention to those cells that each query's mask
/// covers, then a ``TransformerBlock`` among the queries.
///
/// `x ← x + attention(norm(x), memory)`, then the block.
///
/// - Shapes: queries `[N, Q, width]`, memory `[N, S, width]`, to `[N, Q, width]`.
/// - Source: Cheng et al., *Masked-attention Mask Transformer* (2022), section 3.2.1; norms before
///   their branches.
public struct QueryBlock: Module {
    public var norm: LayerNorm
    public var attention: MultiHeadAttention
    public var block: TransformerBlock

    /// - Precondition: `heads` divides `width`.
    public init(width: Int, heads: Int, random: inout RandomStream) {
        norm = LayerNorm(width: width)
        attention = MultiHeadAttention(width: width, heads: heads, random: &random)
        block = TransformerBlock(width: width, heads: heads, random: &random)
    }

    /// - Parameters:
    ///   - keys: the memory with its positions.
    ///   - visible: `[N, 1, Q, S]`: the cells that each query attends to.
    func callAsFunction(
        _ queries: Tensor<Float>, keys: Tensor<Float>, values: Tensor<Float>,
        visible: Tensor<Bool>, _ context: Context
    ) -> Tensor<Float> {
        let attended = context.part("attention") {
            attention(
                norm(queries, context), keys: keys, values: values, mask: .boolean(visible),
                context)
        }
        return context.part("block") { block(queries + attended, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("norm", &norm)
        visitor.module("attention", &attention)
        visitor.module("block", &block)
    }
}
