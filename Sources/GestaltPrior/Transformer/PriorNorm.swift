import GestaltChecks
import GestaltNN
import GestaltTensor

/// The prior's layer norm: `(x − μ) · (1 / √σ² + 1e-5) · g + b`, with epsilon added to the
/// reciprocal root.
///
/// With classes, every class has its own `g` and `b`, `g` as a deviation from 1.
///
/// - Shapes: `[N, L, width]` in and out.
/// - Learns: `scale` `[width]` from ones and `shift` `[width]` from zeros; with classes `scale`
///   `[classes, width]` from 1/√classes and `shift` `[classes, width]` from U(±1/√classes).
/// - Source: VideoGPT, `attention.py`, `LayerNorm`.
public struct PriorNorm: Module {
    public var scale: Tensor<Float>
    public var shift: Tensor<Float>

    /// Added to the reciprocal root. Source: VideoGPT, `attention.py`.
    public static let epsilon: Float = 1e-5

    public init(width: Int, classes: Int?, random: inout RandomStream) {
        guard let classes else {
            (scale, shift) = (.ones([width]), .zeros([width]))
            return
        }
        let bound = 1 / Float(classes).squareRoot()
        scale = .init(repeating: bound, shape: [classes, width])
        shift = random.uniform([classes, width], in: -bound..<bound)
    }

    /// Whether there is a gain for each class.
    public var isConditional: Bool { scale.rank == 2 }

    /// - Parameter classes: the class of each sample, `[N]`, when the norm is conditional.
    public func callAsFunction(_ x: Tensor<Float>, classes: Tensor<Int32>?) -> Tensor<Float> {
        guard isConditional else {
            return x.layerNormalized(scale: scale, shift: shift, epsilonAfterRoot: Self.epsilon)
        }
        guard let classes else { stop("PriorNorm: the samples' classes are wanted") }
        let width = scale.shape[1]
        let normalized = x.layerNormalized(
            scale: .ones([width]), shift: .zeros([width]), epsilonAfterRoot: Self.epsilon)
        let (gain, offset) = parameters(of: classes)
        return normalized * gain.expanded(axis: 1) + offset.expanded(axis: 1)
    }

    /// Returns the gain and offset of each sample, `[N, width]`, or of all, `[width]`.
    func parameters(of classes: Tensor<Int32>?) -> (gain: Tensor<Float>, offset: Tensor<Float>) {
        guard isConditional, let classes else { return (scale, shift) }
        return (scale.gathered(classes, axis: 0) + 1, shift.gathered(classes, axis: 0))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}
