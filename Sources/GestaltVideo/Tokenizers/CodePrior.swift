import GestaltNN
import GestaltTensor

/// A distribution over the codes of a clip, given a condition.
public protocol CodePrior: Module {
    /// The conditioning of the codes: frames, a class, actions.
    associatedtype Condition: Sendable
    /// The grid of codes of a clip.
    var grid: Extent3 { get }
    /// The number of codes, K.
    var codeCount: Int { get }
    /// Returns the mean negative log-likelihood of a clip's codes, in nats.
    ///
    /// - Parameters:
    ///   - embeddings: the codes' embeddings `[N, t, h, w, D]`.
    ///   - codes: `[N, t, h, w]`.
    ///   - checkpointing: recomputes activations in the backward pass: less memory, more time.
    func loss(
        _ embeddings: Tensor<Float>, codes: Tensor<Int32>, _ condition: Condition,
        checkpointing: Bool, _ context: Context
    ) -> Tensor<Float>
}
