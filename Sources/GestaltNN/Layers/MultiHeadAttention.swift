import GestaltChecks
import GestaltTensor

/// Attention of several heads between a query sequence and a sequence of keys and values.
///
/// `softmax(q · kᵀ / √d) · v` for each head of width d = width / heads, with q, k and v linear in
/// the inputs; the concatenated heads pass through a final linear layer.
///
/// - Shapes: queries `[N, L, width]`, keys `[N, S, keyWidth]`, values `[N, S, valueWidth]`, to
///   `[N, L, width]`.
/// - Learns: `query`, `key`, `value` and `output`, linear layers; weights initially Glorot uniform
///   (`output`: ±1/√width), biases initially zeros.
/// - Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.2.
public struct MultiHeadAttention: Module {
    public var query: Linear
    public var key: Linear
    public var value: Linear
    public var output: Linear
    public let heads: Int

    /// - Parameters:
    ///   - keyWidth, valueWidth: widths of the other sequence; by default `width`.
    /// - Precondition: `heads` divides `width`.
    public init(
        width: Int, heads: Int, keyWidth: Int? = nil, valueWidth: Int? = nil, bias: Bool = true,
        random: inout RandomStream
    ) {
        require(
            heads > 0 && width % heads == 0,
            "MultiHeadAttention: \(heads) heads do not divide width \(width)")
        self.heads = heads
        func projection(from inputWidth: Int, _ law: Initializer) -> Linear {
            let fan = Fan(input: inputWidth, output: width)
            return Linear(
                weight: law([inputWidth, width], fan: fan, random: &random),
                bias: bias ? .zeros([width]) : nil)
        }
        query = projection(from: width, .glorotUniform())
        key = projection(from: keyWidth ?? width, .glorotUniform())
        value = projection(from: valueWidth ?? width, .glorotUniform())
        output = projection(from: width, .fanInUniform)
    }

    /// - Parameters:
    ///   - keys: nil for self-attention.
    ///   - values: nil for the keys.
    ///   - mask: the keys visible to each query; a Boolean mask broadcasts to `[N, heads, L, S]`.
    public func callAsFunction(
        _ queries: Tensor<Float>, keys: Tensor<Float>? = nil, values: Tensor<Float>? = nil,
        mask: AttentionMask = .none, _ context: Context
    ) -> Tensor<Float> {
        let keys = keys ?? queries
        let y = attention(
            query: split(query(queries, context)), key: split(key(keys, context)),
            value: split(value(values ?? keys, context)), axis: 1, mask: mask)
        return output(y.reshaped(queries.shape), context)
    }

    /// Reshapes `[N, L, width]` to `[N, L, heads, width / heads]`.
    private func split(_ x: Tensor<Float>) -> Tensor<Float> {
        require(x.rank == 3, "MultiHeadAttention: \(x.shape) is not [N, L, width]")
        return x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("query", &query)
        visitor.module("key", &key)
        visitor.module("value", &value)
        visitor.module("output", &output)
    }
}
