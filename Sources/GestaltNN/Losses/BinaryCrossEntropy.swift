internal import CKernels
import GestaltChecks
import GestaltTensor

/// Returns the cross entropy between the sigmoid of logits and targets, in a form without overflow:
/// `(1 − t) · x + (1 + (w − 1) · t) · ln(1 + e⁻ˣ)`.
///
/// - Parameters:
///   - logits: any shape.
///   - targets: the same shape, from 0 to 1, hard or soft; constants.
///   - positiveWeight: w, the weight of a positive target relative to a negative one; the mean does
///     not divide by it, as in PyTorch.
///   - weights: weights of elements, broadcast to the logits' shape (see ``LossReduction``).
/// - Returns: a scalar, or a tensor of the logits' shape without reduction.
public func binaryCrossEntropy<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, positiveWeight: Scalar = 1,
    weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(
        logits.shape == targets.shape,
        "binaryCrossEntropy: logits \(logits.shape) and targets \(targets.shape)")
    return reduction(
        LogisticLoss(targets: targets.contiguous(), positiveWeight: Double(positiveWeight))(logits),
        weights: weights, of: "binaryCrossEntropy")
}

/// Returns the binary cross entropy with emphasis on misclassified elements: each element's loss
/// times `(1 − pₜ)^γ`, pₜ the probability of the target, and times α for positive, 1 − α for
/// negative targets.
///
/// - Parameters:
///   - logits: any shape.
///   - targets: the same shape, from 0 to 1; constants.
///   - focus: γ, 0 or at least 1 (between them the gradient is infinite at pₜ = 1).
///   - balance: α; nil weights both kinds equally.
///   - weights: weights of elements, broadcast to the logits' shape (see ``LossReduction``).
/// - Source: Lin et al., *Focal Loss for Dense Object Detection* (2017), equation 5.
public func focalLoss<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ targets: Tensor<Scalar>, focus: Scalar = 2,
    balance: Scalar? = 0.25, weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(focus == 0 || focus >= 1, "focalLoss(focus: \(focus)): 0, or at least 1")
    let targets = targets.detached
    var losses = binaryCrossEntropy(logits, targets, reduction: .none)
    if focus > 0 {
        // 1 − pₜ = p + t − 2·p·t, the probability of the other class.
        let p = logits.sigmoid()
        let missed = p * (1 - 2 * targets) + targets
        losses = losses * (focus == 2 ? missed.squared() : missed.power(focus))
    }
    if let balance { losses = losses * (targets * (2 * balance - 1) + (1 - balance)) }
    return reduction(losses, weights: weights, of: "focalLoss")
}

/// The losses of single elements.
private struct LogisticLoss<Scalar: FloatingScalar>: Operation {
    let targets: Tensor<Scalar>
    let positiveWeight: Double

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>) {
        let variant = Scalar.variant
        let value = kernelPass(
            reading: inputs[0], targets, minimumChunk: parallelThreshold / 4
        ) { x, t, y, count in
            gk_logistic_loss(variant, x, t, positiveWeight, y, count)
        }
        return (value, inputs[0])
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ x: Tensor<Scalar>, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let variant = Scalar.variant
        return [
            kernelPass(
                reading: x, targets, cotangent, minimumChunk: parallelThreshold / 4
            ) { x, t, g, dx, count in
                gk_logistic_loss_gradient(variant, x, t, positiveWeight, g, dx, count)
            }
        ]
    }
}
