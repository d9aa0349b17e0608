internal import CKernels
import GestaltChecks
import GestaltTensor

/// Stochastic gradient descent with momentum.
///
/// `b ← μ·b + (1 − dampening)·g` (b = g the first time), `p ← p − η·b`, or `p ← p − η·(g + μ·b)` in
/// Nesterov's form. Weight decay λ adds λ·p to the gradient. Formula and order of operations are
/// those of PyTorch's `torch.optim.SGD`.
///
/// - Source: Sutskever, Martens, Dahl and Hinton (2013), for both forms of momentum.
public struct SGD: Optimizer {
    public var learningRate: Double
    public var momentum: Double
    public var dampening: Double
    public var isNesterov: Bool
    public var weightDecay: Double
    public var groups: [ParameterGroup]
    private var memory: ParameterMemory

    /// - Precondition: momentum is not negative; Nesterov's form has momentum and no dampening.
    public init(
        learningRate: Double, momentum: Double = 0, dampening: Double = 0,
        isNesterov: Bool = false, weightDecay: Double = 0, groups: [ParameterGroup] = []
    ) {
        require(
            momentum >= 0 && weightDecay >= 0 && (!isNesterov || (momentum > 0 && dampening == 0)),
            "SGD(momentum: \(momentum), dampening: \(dampening), isNesterov: \(isNesterov), weightDecay: \(weightDecay))"
        )
        self.learningRate = learningRate
        self.momentum = momentum
        self.dampening = dampening
        self.isNesterov = isNesterov
        self.weightDecay = weightDecay
        self.groups = groups
        memory = ParameterMemory(names: momentum > 0 ? ["velocity"] : [])
    }

    /// The update count of each parameter and, with momentum, its `velocity` b.
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
            let step = rule.step(isFirst: entry.updates == 1, group)
            move(&value, gradient, &entry.tensors, step)
        }
        self.memory = memory
    }

    private func step(isFirst: Bool, _ group: ParameterGroup?) -> gk_descent_step {
        gk_descent_step(
            rate: learningRate * (group?.learningRateFactor ?? 1),
            decay: group?.weightDecay ?? weightDecay, momentum: momentum, dampening: dampening,
            nesterov: isNesterov ? 1 : 0, first: isFirst ? 1 : 0)
    }
}

private func move(
    _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ velocity: inout [Tensor<Float>],
    _ step: gk_descent_step
) {
    let variant = Float.variant
    var buffer = velocity.popLast()
    let (p, b) = (value.writablePointer(), buffer?.writablePointer())
    gradient.withScalars { g in
        parallelChunks(count: g.count, minimumChunk: parallelThreshold) { range in
            let at = range.lowerBound
            withUnsafePointer(to: step) {
                gk_descent(
                    variant, $0, p + at, g.baseAddress! + at, b.map { $0 + at }, range.count)
            }
        }
    }
    if let buffer { velocity.append(buffer) }
}
