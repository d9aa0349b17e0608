import GestaltTensor

/// The Adam optimizer: steps along the running mean of the gradient, divided by the root of its
/// running square.
///
/// `m ← m + (g − m) · (1 − β₁)`, `v ← β₂ · v + (1 − β₂) · g²`, and with η the learning rate
/// `p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)`. Weight decay λ adds λ·p to the gradient.
/// Formula and order of operations are those of PyTorch's `torch.optim.Adam`; t counts the updates
/// of each parameter separately.
///
/// - Source: Kingma and Ba, *Adam* (2014), algorithm 1.
public struct Adam: Optimizer {
    private var rule: AdamRule

    /// - Precondition: ε is positive, the betas lie within 0 ..< 1, the decay is not negative.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, weightDecay: Double = 0, groups: [ParameterGroup] = []
    ) {
        rule = AdamRule(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weightDecay: weightDecay, decouplesDecay: false, groups: groups)
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
