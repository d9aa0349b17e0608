import GestaltNN
import GestaltTensor

/// Layer normalization with BERT's ε of 10⁻¹².
public struct MaskedNorm: Module {
    public var scale: Tensor<Float>
    public var shift: Tensor<Float>

    init(_ width: Int) {
        scale = .ones([width])
        shift = .zeros([width])
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        x.layerNormalized(scale: scale, shift: shift, epsilon: 1e-12)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}

/// Attention of all cells to all cells, several heads, with dropout of the probabilities.
///
/// - Shapes: `[N, L, width]` in and out.
public struct MaskedAttention: Module {
    public var query: Linear
    public var key: Linear
    public var value: Linear
    public var output: Linear
    let heads: Int
    let dropout: Float

    init(_ configuration: MaskedPriorConfiguration, random: inout RandomStream) {
        let width = configuration.width
        query = .small(width, width, random: &random)
        key = .small(width, width, random: &random)
        value = .small(width, width, random: &random)
        output = .small(width, width, random: &random)
        heads = configuration.heads
        dropout = configuration.dropout
    }

    func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let (n, length, width) = (x.shape[0], x.shape[1], x.shape[2])
        func inHeads(_ layer: Linear) -> Tensor<Float> {
            layer(x, context).reshaped([n, length, heads, width / heads])
        }
        var dropped: AttentionDropout?
        if context.isTraining, dropout > 0 {
            // Each attention of the pass has its own stream, so that recomputation repeats it.
            let stream = context.random.split(context.random.counter)
            context.random.counter += 1
            dropped = AttentionDropout(rate: dropout, random: stream)
        }
        let y = attention(
            query: inHeads(query), key: inHeads(key), value: inHeads(value), axis: 1,
            dropout: dropped)
        return output(y.reshaped(x.shape), context)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("query", &query)
        visitor.module("key", &key)
        visitor.module("value", &value)
        visitor.module("output", &output)
    }
}

/// A bidirectional transformer block: post-norm `x ← norm1(x + attention(x))`,
/// `x ← norm2(x + down(gelu(up(x))))`, or pre-norm with the norms before the branches. GELU in
/// the form of the hyperbolic tangent.
///
/// - Shapes: `[N, L, width]` in and out.
/// - Source: MAGVIT's public code, `simplified_bert.py` (Yu et al., 2023); Devlin et al., *BERT*
///   (2018).
public struct MaskedBlock: Module {
    public var attention: MaskedAttention
    public var norm1: MaskedNorm
    public var up: Linear
    public var down: Linear
    public var norm2: MaskedNorm
    let place: MaskedPriorConfiguration.NormPlace
    let dropout: Dropout

    init(_ configuration: MaskedPriorConfiguration, random: inout RandomStream) {
        let (width, hidden) = (configuration.width, configuration.hiddenWidth)
        attention = MaskedAttention(configuration, random: &random)
        norm1 = MaskedNorm(width)
        up = .small(width, hidden, random: &random)
        down = .small(hidden, width, random: &random)
        norm2 = MaskedNorm(width)
        place = configuration.norm
        dropout = Dropout(configuration.dropout)
    }

    func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let isPre = place == .pre
        func expanded(_ x: Tensor<Float>) -> Tensor<Float> {
            dropout(down(up(x, context).gelu(.tanh), context), context)
        }
        let attended = context.part("attention") {
            attention(isPre ? norm1(x) : x, context)
        }
        let y = x + dropout(attended, context)
        guard !isPre else { return y + expanded(norm2(y)) }
        let z = norm1(y)
        return norm2(z + expanded(z))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("attention", &attention)
        visitor.module("norm1", &norm1)
        visitor.module("up", &up)
        visitor.module("down", &down)
        visitor.module("norm2", &norm2)
    }
}

extension Initializer {
    /// BERT's: normal of deviation 0.02 before truncation at two deviations.
    static var small: Initializer { .truncatedNormal(standardDeviation: 0.02) }
}

extension Linear {
    /// A layer with small weights and a bias of zeros.
    static func small(
        _ inputs: Int, _ outputs: Int, random: inout RandomStream
    ) -> Linear {
        Linear(
            weight: Initializer.small(
                [inputs, outputs], fan: Fan(input: inputs, output: outputs), random: &random),
            bias: .zeros([outputs]))
    }
}
