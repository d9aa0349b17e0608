import GestaltChecks
import GestaltTensor

/// Returns the cross entropy between the softmax of logits and target distributions.
///
/// For a row x with target t, class weights c and smoothing s, with log-softmax ℓ and
/// `q = (1 − s) · t + s/K`: `−Σ c[k] · q[k] · ℓ[k]`. One-hot targets give the losses of
/// labels; their means differ with class weights, since a mean over distributions divides by the
/// number of rows, or the sum of their weights, as in PyTorch.
///
/// - Parameters:
///   - logits: `[…, K]`, finite.
///   - probabilities: the same shape, each row a distribution; constants.
///   - labelSmoothing: from 0 to 1.
///   - classWeights: `[K]`, constants.
///   - weights: weights of rows, broadcast to `[…]` (see ``LossReduction``); 0 ignores a row.
/// - Returns: a scalar, or `[…]` without reduction.
/// - Complexity: holds the log-softmax, of the logits' size, for the gradient.
public func crossEntropy<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, probabilities: Tensor<Scalar>, labelSmoothing: Scalar = 0,
    classWeights: Tensor<Scalar>? = nil, weights: Tensor<Scalar>? = nil,
    reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(
        logits.rank > 0 && logits.shape == probabilities.shape,
        "crossEntropy: logits \(logits.shape) and probabilities \(probabilities.shape)")
    let classes = logits.shape[-1]
    checkRule(classes: classes, classWeights: classWeights, labelSmoothing: labelSmoothing)
    var targets = probabilities.detached
    if labelSmoothing > 0 {
        targets = targets * (1 - labelSmoothing) + labelSmoothing / Scalar(classes)
    }
    if let classWeights { targets = targets * classWeights.detached }
    let losses = -(logits.logSoftmax() * targets).sum(axes: [-1])
    return reduction(losses, weights: weights, of: "crossEntropy")
}
