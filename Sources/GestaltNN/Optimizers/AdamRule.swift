internal import CKernels
import GestaltChecks
import GestaltTensor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The common part of Adam and AdamW: the running moments and the update, one fused pass per
/// parameter.
struct AdamRule: Sendable {
    var learningRate: Double
    var beta1: Double
    var beta2: Double
    var epsilon: Double
    var weightDecay: Double
    /// Whether decay shrinks the parameter itself instead of adding to the gradient.
    let decouplesDecay: Bool
    var groups: [ParameterGroup]
    var memory = ParameterMemory(names: ["first", "second"])

    init(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
        decouplesDecay: Bool, groups: [ParameterGroup]
    ) {
        require(
            (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon > 0 && weightDecay >= 0,
            "Adam(beta1: \(beta1), beta2: \(beta2), epsilon: \(epsilon), weightDecay: \(weightDecay))"
        )
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decouplesDecay = decouplesDecay
        self.groups = groups
    }

    mutating func update(_ model: inout some Module, with gradients: Gradients) {
        var memory = self.memory
        self.memory = ParameterMemory(names: memory.names)  // so that the tensors are not shared
        let rule = self
        memory.update(&model, with: gradients, groups: groups) { value, gradient, group, entry in
            let step = rule.step(entry.updates, group)
            move(&value, gradient, &entry.tensors, step)
        }
        self.memory = memory
    }

    /// Returns the numbers of the t-th update of a parameter, in double precision as in PyTorch.
    private func step(_ t: Int, _ group: ParameterGroup?) -> gk_adam_step {
        let rate = learningRate * (group?.learningRateFactor ?? 1)
        let decay = group?.weightDecay ?? weightDecay
        return gk_adam_step(
            kept: decouplesDecay ? 1 - rate * decay : 1, decay: decouplesDecay ? 0 : decay,
            beta1: beta1, beta2: beta2, size: rate / (1 - pow(beta1, Double(t))),
            root: (1 - pow(beta2, Double(t))).squareRoot(), epsilon: epsilon)
    }
}

private func move(
    _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ moments: inout [Tensor<Float>],
    _ step: gk_adam_step
) {
    let variant = Float.variant
    var second = moments.removeLast()
    var first = moments.removeLast()
    let (p, m, v) = (value.writablePointer(), first.writablePointer(), second.writablePointer())
    gradient.withScalars { g in
        parallelChunks(count: g.count, minimumChunk: parallelThreshold) { range in
            let at = range.lowerBound
            withUnsafePointer(to: step) {
                gk_adam(
                    variant, $0, p + at, g.baseAddress! + at, m + at, v + at, range.count)
            }
        }
    }
    moments.append(first)
    moments.append(second)
}
