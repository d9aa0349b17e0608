import GestaltChecks
import GestaltTensor

/// The reduction of the losses of single elements.
///
/// Losses l that take weights w per element reduce `w · l`: the mean is the weighted mean
/// `Σ w · l / Σ w`, and 0 if all weights are 0; the sum is `Σ w · l`. Weights are constants and not
/// negative. An element of weight 0 is excluded, gradients included, provided that its loss is
/// finite.
///
/// PyTorch's `binary_cross_entropy_with_logits` divides by the number of elements instead, whatever
/// their `weight`.
public enum LossReduction: String, Sendable, Codable {
    /// Their mean, a scalar.
    case mean
    /// Their sum, a scalar.
    case sum
    /// No reduction.
    case none

    func callAsFunction<Scalar: FloatingScalar>(_ losses: Tensor<Scalar>) -> Tensor<Scalar> {
        switch self {
        case .mean: losses.mean()
        case .sum: losses.sum()
        case .none: losses
        }
    }

    /// Reduces losses with weights that broadcast to their shape; nil weighs all equally.
    ///
    /// - Parameter name: the loss, for messages.
    func callAsFunction<Scalar: FloatingScalar>(
        _ losses: Tensor<Scalar>, weights: Tensor<Scalar>?, of name: String
    ) -> Tensor<Scalar> {
        guard let weights else { return self(losses) }
        let (values, total) = checkedWeights(weights, for: losses.shape, of: name)
        let weighted = losses * values
        guard self == .mean, losses.count > 0 else { return self(weighted) }
        return weighted.sum() / Scalar(total > 0 ? total : 1)
    }
}

/// Returns weights broadcast to `shape`, as constants, and their sum.
///
/// - Precondition: they broadcast to the shape, and none is negative or NaN.
func checkedWeights<Scalar: FloatingScalar>(
    _ weights: Tensor<Scalar>, for shape: Shape, of name: String
) -> (values: Tensor<Scalar>, total: Double) {
    require(
        weights.shape.broadcast(with: shape) == shape,
        "\(name): weights \(weights.shape) for losses \(shape)")
    let sum = weights.withScalars { weights in
        var sum = 0.0
        for weight in weights {
            require(weight >= 0, "\(name): weight \(weight) is negative or NaN")
            sum += Double(weight)
        }
        return sum
    }
    let repetitions = weights.count == 0 ? 0 : shape.elementCount / weights.count
    return (weights.detached.broadcast(to: shape), sum * Double(repetitions))
}
