import GestaltChecks
import GestaltTensor

/// The Lion optimizer: steps of constant size along the sign of a mean of gradients.
///
/// With η the learning rate and λ the decoupled weight decay:
/// `p ← p · (1 − η·λ) − η · sign(β₁·m + (1 − β₁)·g)`, then `m ← β₂·m + (1 − β₂)·g`.
///
/// - Source: Chen et al., *Symbolic Discovery of Optimization Algorithms* (2023), algorithm 2.
public struct Lion: Optimizer {
    public var learningRate: Double
    /// β₁, the weight of the past in the direction.
    public var momentum: Double
    /// β₂, the weight of the past in the running mean.
    public var beta2: Double
    public var weightDecay: Double
    public var groups: [ParameterGroup]
    private var memory = ParameterMemory(names: ["first"])

    /// - Precondition: the betas lie within 0 ..< 1, the decay is not negative.
    public init(
        learningRate: Double = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99,
        weightDecay: Double = 0, groups: [ParameterGroup] = []
    ) {
        require(
            (0..<1).contains(beta1) && (0..<1).contains(beta2) && weightDecay >= 0,
            "Lion(beta1: \(beta1), beta2: \(beta2), weightDecay: \(weightDecay))")
        self.learningRate = learningRate
        momentum = beta1
        self.beta2 = beta2
        self.weightDecay = weightDecay
        self.groups = groups
    }

    /// The update count of each parameter and the running mean (`first`) of its gradient.
    public var state: [NamedTensor<Float>] { memory.state }

    public mutating func restore(
        _ state: [NamedTensor<Float>]
    ) throws(OptimizerStateError) {
        try memory.restore(state)
    }

    public mutating func update(_ model: inout some Module, with gradients: Gradients) {
        var memory = self.memory
        self.memory = ParameterMemory(names: memory.names)  // so that the tensors are not shared
        let rule = self
        memory.update(&model, with: gradients, groups: groups) { value, gradient, group, entry in
            rule.move(&value, gradient, &entry.tensors[0], group)
        }
        self.memory = memory
    }

    private func move(
        _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ mean: inout Tensor<Float>,
        _ group: ParameterGroup?
    ) {
        let rate = learningRate * (group?.learningRateFactor ?? 1)
        let kept = Float(1 - rate * (group?.weightDecay ?? weightDecay))
        let (step, b1, b2) = (Float(rate), Float(momentum), Float(beta2))
        let (new1, new2) = (Float(1 - momentum), Float(1 - beta2))
        updateEach(&value, gradient, &mean) { p, g, m in
            let direction = b1 * m + new1 * g
            // NaN has no sign: it is propagated to the parameter.
            let sign: Float = direction > 0 ? 1 : direction < 0 ? -1 : direction
            p = p * kept - step * sign
            m = b2 * m + new2 * g
        }
    }
}

/// Runs `body` on each element of a parameter, its gradient and its memory, in parallel.
@inline(__always)
func updateEach(
    _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ memory: inout Tensor<Float>,
    _ body: (_ p: inout Float, _ g: Float, _ m: inout Float) -> Void
) {
    value.withMutableScalars { p in
        memory.withMutableScalars { m in
            gradient.withScalars { g in
                parallelChunks(count: p.count, minimumChunk: parallelThreshold) { range in
                    for i in range { body(&p[i], g[i], &m[i]) }
                }
            }
        }
    }
}
