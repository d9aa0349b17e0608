import GestaltTensor

/// What a prior knows of a clip besides its codes, made once by
/// ``VideoPrior/condition(frames:classes:actions:_:)``.
public struct PriorCondition: Sendable {
    /// Features of the given frames with their positions, `[N, n·h·w, featureWidth]`.
    public let features: Tensor<Float>?
    /// The class of each clip, `[N]`.
    public let classes: Tensor<Int32>?
    /// What each latent frame's actions add to its tokens, `[N, t, 1, 1, width]`.
    public let actions: Tensor<Float>?

    /// Nothing: an unconditional prior.
    public static let none = PriorCondition(features: nil, classes: nil, actions: nil)

    /// The conditions of some of the clips, in the order asked for.
    public func selecting(_ clips: [Int]) -> PriorCondition {
        let indices = Tensor(clips.map(Int32.init))
        return PriorCondition(
            features: features?.gathered(indices, axis: 0),
            classes: classes?.gathered(indices, axis: 0),
            actions: actions?.gathered(indices, axis: 0))
    }
}
