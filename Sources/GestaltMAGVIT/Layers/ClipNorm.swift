import GestaltNN
import GestaltTensor

/// Group normalization, then swish, `x·σ(x)`: of each frame separately, or of whole clips.
///
/// Statistics run over height, width and the channels of a group, separately for each frame of a
/// causal tokenizer: over time they would carry later frames to earlier ones.
///
/// - Shapes: `[N, T, H, W, C]` in and out.
/// - Learns: `scale` `[C]` from ones, `shift` `[C]` from zeros.
/// - Source: Wu and He, *Group Normalization* (2018); MAGVIT's ε.
public struct ClipNorm: Module {
    public var scale: Tensor<Float>
    public var shift: Tensor<Float>
    let groups: Int
    let isOfFrames: Bool

    package init(_ channels: Int, _ configuration: MagvitConfiguration) {
        scale = .ones([channels])
        shift = .zeros([channels])
        groups = configuration.groups
        isOfFrames = configuration.padding == .causal
    }

    static var epsilon: Float { 1e-6 }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        normalized(x, swishes: true)
    }

    /// - Parameter swishes: whether swish follows the norm.
    package func normalized(_ x: Tensor<Float>, swishes: Bool = false) -> Tensor<Float> {
        let samples = isOfFrames ? x.flattened(axes: 0...1) : x
        return samples.groupNormalized(
            groups: groups, scale: scale, shift: shift, epsilon: Self.epsilon,
            swishes: swishes, samplewise: isOfFrames
        ).reshaped(x.shape)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
    }
}
