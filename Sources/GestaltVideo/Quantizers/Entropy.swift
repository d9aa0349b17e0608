import GestaltNN
import GestaltTensor

/// How entropies avoid the logarithm of 0. The three differ in values and gradients.
public enum SmallProbability: String, Codable, Sendable, CaseIterable {
    /// `−p ln(p + 10⁻⁵)` in the entropy of the mean; a token's entropy exact. MAGVIT and
    /// Open-MAGVIT2.
    case added
    /// `−p ln max(p, 10⁻⁵)` in both entropies. vector-quantize-pytorch.
    case clamped
    /// `−p ln p` in both.
    case exact

    private static var small: Float { 1e-5 }

    /// Returns the surprise `−Σ p ln p` over the last axis, in nats.
    func surprise(_ p: Tensor<Float>) -> Tensor<Float> {
        let logarithm =
            switch self {
            case .added: (p + Self.small).log()
            case .clamped: p.clamped(min: Self.small).log()
            case .exact: p.clamped(min: .leastNormalMagnitude).log()
            }
        return -(p * logarithm).sum(axes: [-1])
    }
}

extension Context {
    /// Returns the mean of a tensor over all workers, for statistics that are not additive; its
    /// gradient is that of this worker's own value, since the trainer averages gradients.
    func meanOfWorkers(_ own: Tensor<Float>) -> Tensor<Float> {
        guard collectives.size > 1 else { return own }
        let mean = collectives.allReduce(own.detached) / Float(collectives.size)
        return own.straightThrough(to: mean)
    }
}

/// The entropies of independent bits with log-odds ℓ, elementwise, in nats:
/// `ln(1 + e^{−|ℓ|}) + |ℓ|·σ(−|ℓ|)`; its derivative `−ℓ·σ(ℓ)·σ(−ℓ)` cancels nowhere.
struct BitEntropy: Operation {
    func forward(
        _ inputs: [Tensor<Float>], needs: Needs
    ) -> (value: Tensor<Float>, residual: Tensor<Float>) {
        let distance = inputs[0].abs()
        let negative = -distance
        return (negative.softplus() + distance * negative.sigmoid(), inputs[0])
    }

    func pullback(
        _ cotangent: Tensor<Float>, _ odds: Tensor<Float>, needs: Needs
    ) -> [Tensor<Float>?] {
        [-(cotangent * odds * odds.sigmoid() * (-odds).sigmoid())]
    }
}

/// The distributions of groups of bits, from each token's log-odds.
struct BitDistribution {
    /// `[tokens, bits]`
    let odds: Tensor<Float>

    /// The mean over the tokens of the entropy of all bits, from the bits alone.
    var tokenEntropy: Tensor<Float> { BitEntropy()(odds).sum(axes: [-1]).mean() }

    /// Returns the mean distribution of the bits `range`, `[2^n]`, the first bit most significant.
    ///
    /// The bits are independent within a token, so each half has a small table per token, and the
    /// mean over tokens of their outer products is one matrix product: the table of all codes
    /// exists once, not for each token.
    func mean(of range: Range<Int>) -> Tensor<Float> {
        let middle = range.lowerBound + range.count / 2
        let first = probabilities(of: range.lowerBound..<middle)
        let last = probabilities(of: middle..<range.upperBound)
        return first.transposed().matmul(last).flattened() / Float(odds.shape[0])
    }

    /// Returns the probabilities of all values of the bits `range`, `[tokens, 2^n]`.
    func probabilities(of range: Range<Int>) -> Tensor<Float> {
        let tokens = odds.shape[0]
        var joint = Tensor<Float>.ones([tokens, 1])
        for bit in range {
            let own = odds.sliced(bit..<bit + 1, axis: 1)
            // σ(−ℓ) rather than 1 − σ(ℓ), which loses the digits of small probabilities.
            let pair = concatenated([(-own).sigmoid(), own.sigmoid()], axis: 1)
            joint = (joint.expanded(axis: 2) * pair.expanded(axis: 1)).reshaped([tokens, -1])
        }
        return joint
    }
}
