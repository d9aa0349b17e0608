import GestaltTensor

/// ``Adam`` with decoupled weight decay: `p ← p · (1 − η·λ)` before each step.
///
/// Formula and order of operations are those of PyTorch's `torch.optim.AdamW`.
///
/// - Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization* (2017), algorithm 2.
public struct AdamW: Optimizer {
    private var rule: AdamRule

    /// - Precondition: ε is positive, the betas lie within 0 ..< 1, the decay is not negative.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, weightDecay: Double = 0.01, groups: [ParameterGroup] = []
    ) {
        rule = AdamRule(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay, decouplesDecay: true, groups: groups)
    }

    public var learningRate: Double {
        get { rule.learningRate }
        set { rule.learningRate = newValue }
    }

    /// β₁, the weight of the past in the running mean.
    public var momentum: Double {
        get { rule.beta1 }
        set { rule.beta1 = newValue }
    }

    public var groups: [ParameterGroup] {
        get { rule.groups }
        set { rule.groups = newValue }
    }

    /// The update count of each parameter, and the running mean (`first`) and square (`second`) of
    /// its gradient.
    public var state: [NamedTensor<Float>] { rule.memory.state }

    public mutating func update(_ model: inout some Module, with gradients: Gradients) {
        rule.update(&model, with: gradients)
    }

    public mutating func restore(
        _ state: [NamedTensor<Float>]
    ) throws(OptimizerStateError) {
        try rule.memory.restore(state)
    }
}
