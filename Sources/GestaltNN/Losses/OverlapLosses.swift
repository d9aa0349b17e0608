import GestaltChecks
import GestaltTensor

/// The relation between the classes in the last axis of logits.
public enum ClassRelation: String, Sendable, Codable {
    /// Each class is present or absent, independently of the others: sigmoid.
    case independent
    /// Exactly one class: softmax over the last axis.
    case exclusive
}

/// The positions over which an overlap is accumulated before it becomes a loss.
public enum OverlapScope: String, Sendable, Codable {
    /// All positions of all samples together: small objects have little weight.
    case batch
    /// The positions of each sample; then the mean over samples.
    case image
}

/// Returns one minus the soft Dice coefficient: `1 − (2 · Σ p·t + s) / (Σ p + Σ t + s)`, mean over
/// classes.
///
/// Weights multiply the terms of all sums: with all of them 0, loss and gradients are 0. With soft
/// targets the least loss is above 0, and lies at predictions harder than the targets.
///
/// - Parameters:
///   - logits: `[N, …, K]`; K = 1 for a mask.
///   - targets: the same shape, from 0 to 1 (a distribution for exclusive classes); constants.
///   - smoothing: s, positive: the loss of an empty prediction for an empty target is 0.
///   - weights: weights of positions, broadcast to `[N, …]`; not negative, constants.
/// - Source: Milletari et al., *V-Net* (2016), section 3, without the squares.
public func diceLoss<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, classes: ClassRelation = .independent,
    over scope: OverlapScope = .batch, smoothing: Scalar = 1, weights: Tensor<Scalar>? = nil
) -> Tensor<Scalar> {
    let sums = overlap("diceLoss", logits, targets, classes, scope, smoothing, weights)
    return 1 - ((2 * sums.common + smoothing) / (sums.either + smoothing)).mean()
}

/// Returns one minus the soft Jaccard index: `1 − (Σ p·t + s) / (Σ p + Σ t − Σ p·t + s)`; otherwise
/// as ``diceLoss(_:_:classes:over:smoothing:weights:)``.
///
/// - Source: Rahman and Wang (2016), equation 3.
public func jaccardLoss<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, classes: ClassRelation = .independent,
    over scope: OverlapScope = .batch, smoothing: Scalar = 1, weights: Tensor<Scalar>? = nil
) -> Tensor<Scalar> {
    let sums = overlap("jaccardLoss", logits, targets, classes, scope, smoothing, weights)
    let union = sums.either - sums.common
    return 1 - ((sums.common + smoothing) / (union + smoothing)).mean()
}

/// Returns Σ p·t and Σ p + Σ t per class, and per sample if the scope is the image.
private func overlap<Scalar: FloatingScalar>(
    _ loss: String, _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>,
    _ classes: ClassRelation, _ scope: OverlapScope, _ smoothing: Scalar,
    _ weights: Tensor<Scalar>?
) -> (common: Tensor<Scalar>, either: Tensor<Scalar>) {
    require(
        logits.shape == targets.shape && logits.rank >= 2,
        "\(loss): logits \(logits.shape) and targets \(targets.shape) are not both [N, …, K]")
    require(smoothing > 0, "\(loss)(smoothing: \(smoothing)): must be positive")
    let targets = targets.detached
    let p = classes == .independent ? logits.sigmoid() : logits.softmax(axis: -1)
    let axes = Array((scope == .batch ? 0 : 1)..<logits.rank - 1)
    guard let weights else {
        return ((p * targets).sum(axes: axes), p.sum(axes: axes) + targets.sum(axes: axes))
    }
    let places = Shape(logits.shape.dropLast())
    let w = checkedWeights(weights, for: places, of: loss).values.expanded(axis: -1)
    let weighted = p * w
    return (
        (weighted * targets).sum(axes: axes),
        weighted.sum(axes: axes) + (targets * w).sum(axes: axes)
    )
}
