import GestaltTensor

/// What becomes of the losses of single elements.
public enum LossReduction: String, Sendable, Codable {
    /// Their mean, a number.
    case mean
    /// Their sum, a number.
    case sum
    /// They stay as they are.
    case none

    func callAsFunction<Scalar: FloatingScalar>(_ losses: Tensor<Scalar>) -> Tensor<Scalar> {
        switch self {
        case .mean: losses.mean()
        case .sum: losses.sum()
        case .none: losses
        }
    }
}
