import GestaltChecks
import GestaltTensor

/// The RMSprop optimizer: steps along the gradient divided by the root of its running square, with
/// optional momentum.
///
/// `v ← α·v + (1 − α)·g²`, `d = g / (√v + ε)`; `p ← p − η·d`, or with momentum μ `b ← μ·b + d` and
/// `p ← p − η·b`. Weight decay λ adds λ·p to the gradient. The formula is that of PyTorch's
/// `torch.optim.RMSprop`.
///
/// - Source: Tieleman and Hinton, *Lecture 6.5: rmsprop* (2012).
public struct RMSprop: Optimizer {
    public var learningRate: Double
    public var momentum: Double
    /// α, the weight of the past in the running square.
    public var smoothing: Double
    public var epsilon: Double
    public var weightDecay: Double
    public var groups: [ParameterGroup]
    private var memory: ParameterMemory

    /// - Precondition: ε is positive, the smoothing lies within 0 ..< 1, all other numbers are not
    ///   negative.
    public init(
        learningRate: Double = 1e-2, smoothing: Double = 0.99, momentum: Double = 0,
        epsilon: Double = 1e-8, weightDecay: Double = 0, groups: [ParameterGroup] = []
    ) {
        require(
            (0..<1).contains(smoothing) && momentum >= 0 && epsilon > 0 && weightDecay >= 0,
            "RMSprop(smoothing: \(smoothing), momentum: \(momentum), epsilon: \(epsilon), weightDecay: \(weightDecay))"
        )
        self.learningRate = learningRate
        self.momentum = momentum
        self.smoothing = smoothing
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.groups = groups
        memory = ParameterMemory(names: momentum > 0 ? ["second", "velocity"] : ["second"])
    }

    /// The update count of each parameter, the running square (`second`) of its gradient and, with
    /// momentum, its `velocity` b.
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
            rule.move(&value, gradient, &entry.tensors, group)
        }
        self.memory = memory
    }

    private func move(
        _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ tensors: inout [Tensor<Float>],
        _ group: ParameterGroup?
    ) {
        let rate = Float(learningRate * (group?.learningRateFactor ?? 1))
        let decay = Float(group?.weightDecay ?? weightDecay)
        let (past, new) = (Float(smoothing), Float(1 - smoothing))
        let (floor, inertia) = (Float(epsilon), Float(momentum))
        guard tensors.count > 1 else {
            updateEach(&value, gradient, &tensors[0]) { p, g, v in
                let g = g + decay * p
                v = past * v + new * g * g
                p -= rate * (g / (v.squareRoot() + floor))
            }
            return
        }
        var velocity = tensors.removeLast()
        velocity.withMutableScalars { b in
            // In order: the elements' positions are those of the velocity.
            value.withMutableScalars { p in
                tensors[0].withMutableScalars { v in
                    gradient.withScalars { gradient in
                        parallelChunks(count: p.count, minimumChunk: parallelThreshold) { range in
                            for i in range {
                                let g = gradient[i] + decay * p[i]
                                v[i] = past * v[i] + new * g * g
                                b[i] = inertia * b[i] + g / (v[i].squareRoot() + floor)
                                p[i] -= rate * b[i]
                            }
                        }
                    }
                }
            }
        }
        tensors.append(velocity)
    }
}
