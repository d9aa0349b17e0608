import GestaltChecks
import GestaltTensor

/// Returns the mean of `(x − t)²`.
///
/// - Parameters:
///   - predictions: any shape.
///   - targets: the same shape; may be tracked.
public func meanSquaredError<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    checkShapes("meanSquaredError", predictions, targets)
    return reduction((predictions - targets).squared())
}

/// Returns the mean of `|x − t|`; the gradient at 0 is 0.
public func meanAbsoluteError<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    checkShapes("meanAbsoluteError", predictions, targets)
    return reduction((predictions - targets).abs())
}

/// Returns the Huber loss, half the square of differences up to δ and linear beyond:
/// `½ · q² + δ · (d − q)` with `d = |x − t|`, `q = min(d, δ)`.
///
/// - Precondition: `delta` is positive.
/// - Source: Huber, *Robust Estimation of a Location Parameter* (1964).
public func huberLoss<Scalar: FloatingScalar>(
    _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>, delta: Scalar = 1,
    reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(delta > 0, "huberLoss(delta: \(delta)): must be positive")
    checkShapes("huberLoss", predictions, targets)
    let distance = (predictions - targets).abs()
    let near = distance.minimum(Tensor(delta))
    return reduction(near.squared() * Scalar(0.5) + (distance - near) * delta)
}

private func checkShapes<Scalar>(_ loss: String, _ x: Tensor<Scalar>, _ t: Tensor<Scalar>) {
    require(
        x.shape == t.shape, "\(loss): predictions \(x.shape) and targets \(t.shape)")
}
