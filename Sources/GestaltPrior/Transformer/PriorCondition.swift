import GestaltTensor

/// The condition of a batch of clips, computed once by
/// ``VideoPrior/condition(frames:classes:actions:_:)``.
public struct PriorCondition: Sendable {
    /// Features of the conditioning frames with their positions, `[N, n·h·w, featureWidth]`.
    public let features: Tensor<Float>?
    /// The class of each clip, `[N]`.
    public let classes: Tensor<Int32>?
    /// The contribution of each latent frame's actions to its tokens, `[N, t, 1, 1, width]`.
    public let actions: Tensor<Float>?
    /// The contribution of the last conditioning frame to the tokens of each cell,
    /// `[N, 1, h, w, width]`; only with ``FrameConditioning/isAligned``.
    public let aligned: Tensor<Float>?

    init(
        features: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, aligned: Tensor<Float>? = nil
    ) {
        self.features = features
        self.classes = classes
        self.actions = actions
        self.aligned = aligned
    }

    /// An empty condition, for an unconditional prior.
    public static let none = PriorCondition()

    /// Returns the conditions of some of the clips, in the given order.
    public func selecting(_ clips: [Int]) -> PriorCondition {
        let indices = Tensor(clips.map(Int32.init))
        return PriorCondition(
            features: features?.gathered(indices, axis: 0),
            classes: classes?.gathered(indices, axis: 0),
            actions: actions?.gathered(indices, axis: 0),
            aligned: aligned?.gathered(indices, axis: 0))
    }
}
