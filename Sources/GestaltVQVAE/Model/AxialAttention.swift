import GestaltChecks
import GestaltNN
import GestaltTensor

/// The sum of self-attentions along width, height and time.
///
/// Along an axis all other axes are batch axes: a position attends to its row, its column and its
/// past and future, not to the whole clip. No position embeddings, no mask, no dropout.
///
/// - Shapes: `[N, T, H, W, C]` in and out.
/// - Source: VideoGPT, `vqvae.py`, `AxialBlock`; Ho et al. (2019).
public struct AxialAttention: Module {
    public var width: AxisAttention
    public var height: AxisAttention
    public var time: AxisAttention

    /// - Precondition: `heads` divides `channels`.
    public init(channels: Int, heads: Int, random: inout RandomStream) {
        width = AxisAttention(channels: channels, heads: heads, axis: 3, random: &random)
        height = AxisAttention(channels: channels, heads: heads, axis: 2, random: &random)
        time = AxisAttention(channels: channels, heads: heads, axis: 1, random: &random)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        width(x, context) + height(x, context) + time(x, context)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("width", &width)
        visitor.module("height", &height)
        visitor.module("time", &time)
    }
}

/// Multi-head self-attention along one axis of a clip.
///
/// `softmax(q·kᵀ / √d)·v` for d = C / heads channels per head; `q = x·Wq` and so on, without
/// biases; the concatenated heads are multiplied by `output`, plus a bias.
///
/// - Shapes: `[N, T, H, W, C]` in and out.
/// - Learns: `query`, `key`, `value`, `output` `[C, C]` from N(0, 1/C), `outputBias` `[C]` from
///   U(±1/√C).
/// - Source: VideoGPT, `attention.py`, `MultiHeadAttention`.
public struct AxisAttention: Module {
    public var query: Tensor<Float>
    public var key: Tensor<Float>
    public var value: Tensor<Float>
    public var output: Tensor<Float>
    public var outputBias: Tensor<Float>
    public let heads: Int
    /// The axis of `[N, T, H, W, C]` along which positions attend.
    public let axis: Int

    public init(channels: Int, heads: Int, axis: Int, random: inout RandomStream) {
        require(
            heads > 0 && channels % heads == 0,
            "AxisAttention: \(heads) heads do not divide \(channels) channels")
        let bound = 1 / Float(channels).squareRoot()
        func matrix() -> Tensor<Float> {
            random.normal([channels, channels], standardDeviation: bound)
        }
        query = matrix()
        key = matrix()
        value = matrix()
        output = matrix()
        outputBias = random.uniform([channels], in: -bound..<bound)
        self.heads = heads
        self.axis = axis
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let shape = x.shape.dimensions
        let heads = shape.dropLast() + [self.heads, shape.last! / self.heads]
        // One product for all three projections reads x once.
        let projected = x.matmul(concatenated([query, key, value], axis: 1))
        let parts = projected.split(count: 3, axis: -1).map { $0.reshaped(Array(heads)) }
        let mixed = attention(
            query: parts[0], key: parts[1], value: parts[2], axis: axis)
        return mixed.reshaped(shape).matmul(output) + outputBias
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("query", &query)
        visitor.parameter("key", &key)
        visitor.parameter("value", &value)
        visitor.parameter("output", &output)
        visitor.parameter("outputBias", &outputBias)
    }
}
