import GestaltChecks
import GestaltTensor

/// A transformer block with the norms before its branches (pre-norm): `x ← x + attention(norm(x))`,
/// `x ← x + contraction(f(expansion(norm(x))))`.
///
/// Dropout is applied to the end of both branches, then whole branches are dropped per sample.
///
/// - Shapes: `[N, L, width]` in and out.
/// - Learns: `attentionNorm`, `attention`, `expansionNorm`, `expansion` `[width, hidden]` and
///   `contraction` `[hidden, width]`.
/// - Source: Vaswani et al., *Attention Is All You Need* (2017), section 3; the order of the norms
///   is that of Radford et al., *Language Models are Unsupervised Multitask Learners* (2019),
///   section 2.3.
public struct TransformerBlock: Layer {
    public var attentionNorm: LayerNorm
    public var attention: MultiHeadAttention
    public var expansionNorm: LayerNorm
    public var expansion: Linear
    public var contraction: Linear
    public let activation: Activation
    public let dropout: Dropout
    public let dropPath: DropPath
    /// Whether a position attends only to itself and those before it.
    public let isCausal: Bool

    /// - Parameters:
    ///   - hiddenWidth: the width between `expansion` and `contraction`; by default 4 times
    ///     `width`.
    ///   - dropout: the dropout probability at the end of both branches.
    ///   - dropPath: the probability with which a branch is dropped for a sample.
    /// - Precondition: `heads` divides `width`.
    public init(
        width: Int, heads: Int, hiddenWidth: Int? = nil, isCausal: Bool = false, bias: Bool = true,
        activation: Activation = .gelu, dropout: Float = 0, dropPath: Float = 0,
        random: inout RandomStream
    ) {
        let hidden = hiddenWidth ?? 4 * width
        attentionNorm = LayerNorm(width: width, bias: bias)
        attention = MultiHeadAttention(width: width, heads: heads, bias: bias, random: &random)
        expansionNorm = LayerNorm(width: width, bias: bias)
        expansion = Linear(width, hidden, bias: bias, random: &random)
        contraction = Linear(hidden, width, bias: bias, random: &random)
        self.activation = activation
        self.dropout = Dropout(dropout)
        self.dropPath = DropPath(dropPath)
        self.isCausal = isCausal
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        callAsFunction(x, mask: isCausal ? .causal : .none, context)
    }

    /// - Parameter mask: the positions that each one attends to, replacing the block's own mask.
    public func callAsFunction(
        _ x: Tensor<Float>, mask: AttentionMask, _ context: Context
    ) -> Tensor<Float> {
        let attended = context.part("attention") {
            attention(attentionNorm(x, context), mask: mask, context)
        }
        let y = x + dropPath(dropout(attended, context), context)
        let hidden = activation(expansion(expansionNorm(y, context), context), context)
        let contracted = context.part("contraction") { contraction(hidden, context) }
        return y + dropPath(dropout(contracted, context), context)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("attentionNorm", &attentionNorm)
        visitor.module("attention", &attention)
        visitor.module("expansionNorm", &expansionNorm)
        visitor.module("expansion", &expansion)
        visitor.module("contraction", &contraction)
    }
}
