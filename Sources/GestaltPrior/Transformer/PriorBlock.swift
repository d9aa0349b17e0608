import GestaltChecks
import GestaltNN
import GestaltTensor

/// A transformer block of self-attention, cross-attention to frames and a two-layer MLP, each a
/// branch on the normalized stream with dropout and a residual sum.
///
/// `x ← x + drop(attention(norm(x)))`, `x ← x + drop(cross(norm(x), features))` where there are
/// frames, `x ← x + drop(contract(gelu(expand(norm(x)))))` with `gelu(x) = x·σ(1.702x)`.
///
/// - Shapes: stream `[N, L, width]` in and out, features `[N, S, featureWidth]`. A stream that is
///   the same for all clips may be one row, `[1, L, width]`, up to the first cross-attention.
/// - Source: VideoGPT, `attention.py`, `AttentionBlock`.
public struct PriorBlock: Module {
    public var attentionNorm: PriorNorm
    public var attention: PriorAttention
    public var crossNorm: PriorNorm?
    public var cross: PriorAttention?
    public var mlpNorm: PriorNorm
    public var expand: Linear
    public var contract: Linear
    private let dropout: Dropout
    private let attentionDropout: Float

    /// The width of the inner layer relative to the stream. Source: VideoGPT, `attention.py`.
    private static let expansion = 4

    public init(_ configuration: PriorConfiguration, random: inout RandomStream) {
        let (width, heads) = (configuration.width, configuration.heads)
        func norm() -> PriorNorm {
            PriorNorm(width: width, classes: configuration.classes, random: &random)
        }
        attentionNorm = norm()
        attention = PriorAttention(
            width: width, sourceWidth: width, heads: heads, layers: configuration.layers,
            random: &random)
        if let conditioning = configuration.conditioning {
            crossNorm = norm()
            cross = PriorAttention(
                width: width, sourceWidth: conditioning.encoder.outputWidth, heads: heads,
                layers: configuration.layers, random: &random)
        }
        mlpNorm = norm()
        expand = Linear(width, Self.expansion * width, random: &random)
        contract = Linear(Self.expansion * width, width, random: &random)
        dropout = Dropout(configuration.dropout)
        attentionDropout = configuration.attention == .full ? configuration.attentionDropout : 0
    }

    public func callAsFunction(
        _ x: Tensor<Float>, _ condition: PriorCondition, mask: AttentionMask, _ context: Context
    ) -> Tensor<Float> {
        var x = x
        let classes = condition.classes
        let dropped = AttentionDropout(attentionDropout, context)
        let own = context.part("attention") {
            attention(attentionNorm(x, classes: classes), mask: mask, dropout: dropped)
        }
        x = x + dropout(own, context)
        if let cross, let crossNorm {
            guard let features = condition.features else {
                stop("PriorBlock: this prior requires the features of frames")
            }
            if x.shape[0] == 1, features.shape[0] > 1 {
                x = x.broadcast(to: Shape([features.shape[0]] + x.shape.dropFirst()))
            }
            let seen = context.part("cross") {
                cross(crossNorm(x, classes: classes), to: features)
            }
            x = x + dropout(seen, context)
        }
        let inner = expand(mlpNorm(x, classes: classes), context).gelu(.sigmoid)
        return x + dropout(context.part("contract") { contract(inner, context) }, context)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("attentionNorm", &attentionNorm)
        visitor.module("attention", &attention)
        visitor.module("crossNorm", &crossNorm)
        visitor.module("cross", &cross)
        visitor.module("mlpNorm", &mlpNorm)
        visitor.module("expand", &expand)
        visitor.module("contract", &contract)
    }
}

extension AttentionDropout {
    /// The dropout of one attention of a forward pass; nil where nothing is dropped.
    init?(_ rate: Float, _ context: Context) {
        guard context.isTraining, rate > 0 else { return nil }
        // Each attention of the pass has its own stream, so that recomputation repeats it.
        let stream = context.random.split(context.random.counter)
        context.random.counter += 1
        self.init(rate: rate, random: stream)
    }
}
