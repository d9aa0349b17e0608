import GestaltChecks
import GestaltTensor

/// Returns the mean of `(x − t)²`.
///
/// - Parameters:
///   - predictions: any shape.
///   - targets: the same shape; may be tracked.
///   - weights: weights of elements, broadcast to the shape (see ``LossReduction``).
public func meanSquaredError<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil,
    reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    checkShapes("meanSquaredError", predictions, targets)
    return reduction(
        (predictions - targets).squared(), weights: weights, of: "meanSquaredError")
}

/// Returns the mean of `|x − t|`; the gradient at 0 is 0.
///
/// - Parameters:
///   - predictions: any shape.
///   - targets: the same shape; may be tracked.
///   - weights: weights of elements, broadcast to the shape (see ``LossReduction``).
public func meanAbsoluteError<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, weights: Tensor<Scalar>? = nil,
    reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    checkShapes("meanAbsoluteError", predictions, targets)
    return reduction((predictions - targets).abs(), weights: weights, of: "meanAbsoluteError")
}

/// Returns the Huber loss, half the square of differences up to δ and linear beyond:
/// `½ · q² + δ · (d − q)` with `d = |x − t|`, `q = min(d, δ)`. Divided by δ it is the smooth L1
/// loss.
///
/// - Parameters:
///   - predictions: any shape.
///   - targets: the same shape; may be tracked.
///   - delta: δ, in the units of the predictions.
///   - weights: weights of elements, broadcast to the shape (see ``LossReduction``).
/// - Precondition: `delta` is positive.
/// - Source: Huber, *Robust Estimation of a Location Parameter* (1964).
public func huberLoss<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, delta: Scalar = 1,
    weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(delta > 0, "huberLoss(delta: \(delta)): must be positive")
    checkShapes("huberLoss", predictions, targets)
    let distance = (predictions - targets).abs()
    let near = distance.minimum(Tensor(delta))
    return reduction(
        near.squared() * Scalar(0.5) + (distance - near) * delta, weights: weights, of: "huberLoss")
}

private func checkShapes<Scalar>(_ loss: String, _ x: Tensor<Scalar>, _ t: Tensor<Scalar>) {
    require(
        x.shape == t.shape, "\(loss): predictions \(x.shape) and targets \(t.shape)")
}
