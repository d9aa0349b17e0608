import GestaltTensor

/// The reduction of the losses of single elements.
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
}
