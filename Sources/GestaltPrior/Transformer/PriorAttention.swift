import GestaltChecks
import GestaltNN
import GestaltTensor

/// The prior's multi-head attention: self-attention, or cross-attention to frame features.
///
/// `softmax(q·kᵀ / √d) · v` for d = width / heads; `q = x·Wq`, `k = s·Wk`, `v = s·Wv` without
/// biases, s being x itself or the features. A head's values have sourceWidth / heads channels,
/// which may be fewer than its keys have. The concatenated heads are multiplied by `output`, plus a
/// bias.
///
/// - Shapes: x `[N, L, width]`, source `[N, S, sourceWidth]`, result `[N, L, width]`.
/// - Learns: `query` `[width, width]` from N(0, 1/width), `key` `[sourceWidth, width]` and `value`
///   `[sourceWidth, sourceWidth]` from N(0, 1/sourceWidth), `output` `[sourceWidth, width]` from
///   N(0, 1/(width·layers)), `outputBias` `[width]` from U(±1/√sourceWidth).
/// - Source: VideoGPT, `attention.py`, `MultiHeadAttention`.
public struct PriorAttention: Module {
    public var query: Tensor<Float>
    public var key: Tensor<Float>
    public var value: Tensor<Float>
    public var output: Tensor<Float>
    public var outputBias: Tensor<Float>
    public let heads: Int

    /// - Parameter layers: the prior's number of blocks, which scales the initial variance of
    ///   `output`.
    /// - Precondition: `heads` divides both widths.
    public init(
        width: Int, sourceWidth: Int, heads: Int, layers: Int, random: inout RandomStream
    ) {
        require(
            heads > 0 && width % heads == 0 && sourceWidth % heads == 0,
            "PriorAttention: \(heads) heads do not divide widths \(width) and \(sourceWidth)")
        func matrix(_ inputs: Int, _ outputs: Int, _ fan: Int) -> Tensor<Float> {
            random.normal(
                [inputs, outputs], standardDeviation: 1 / Float(fan).squareRoot())
        }
        query = matrix(width, width, width)
        key = matrix(sourceWidth, width, sourceWidth)
        value = matrix(sourceWidth, sourceWidth, sourceWidth)
        output = matrix(sourceWidth, width, width * layers)
        let bound = 1 / Float(sourceWidth).squareRoot()
        outputBias = random.uniform([width], in: -bound..<bound)
        self.heads = heads
    }

    /// Applies self-attention.
    /// - Parameter dropout: of the attention probabilities; nil for none.
    public func callAsFunction(
        _ x: Tensor<Float>, mask: AttentionMask, dropout: AttentionDropout? = nil
    ) -> Tensor<Float> {
        // One product for all three projections reads x once.
        let projected = x.matmul(concatenated([query, key, value], axis: 1))
        let parts = projected.split(count: 3, axis: -1).map(inHeads)
        return joined(
            attention(
                query: parts[0], key: parts[1], value: parts[2], axis: 1, mask: mask,
                dropout: dropout))
    }

    /// Applies cross-attention to all of `source`.
    public func callAsFunction(_ x: Tensor<Float>, to source: Tensor<Float>) -> Tensor<Float> {
        joined(
            attention(
                query: inHeads(x.matmul(query)), key: inHeads(source.matmul(key)),
                value: inHeads(source.matmul(value)), axis: 1))
    }

    /// Splits `[N, L, width]` into heads, `[N, L, heads, width / heads]`.
    private func inHeads(_ x: Tensor<Float>) -> Tensor<Float> {
        x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads])
    }

    private func joined(_ mixed: Tensor<Float>) -> Tensor<Float> {
        let width = mixed.shape[2] * mixed.shape[3]
        return mixed.reshaped([mixed.shape[0], mixed.shape[1], width]).matmul(output) + outputBias
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("query", &query)
        visitor.parameter("key", &key)
        visitor.parameter("value", &value)
        visitor.parameter("output", &output)
        visitor.parameter("outputBias", &outputBias)
    }
}
