/// An operation with a precomputed value, since computing it may throw an error, together with the
/// function that computes its gradients.
///
/// `gradients` maps the gradient of the value to those of the inputs. It captures the required
/// values as detached tensors; nothing is kept when no input is tracked.
struct Precomputed<Scalar: FloatingScalar>: Operation {
    typealias Gradients =
        @Sendable (
            _ cotangent: Tensor<Scalar>, _ needs: Needs
        ) -> [Tensor<Scalar>?]

    let label: String
    let value: Tensor<Scalar>
    let gradients: Gradients

    /// - Parameter label: The operation's name in profiles.
    init(_ label: String, _ value: Tensor<Scalar>, _ gradients: @escaping Gradients) {
        (self.label, self.value, self.gradients) = (label, value, gradients)
    }

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) { (value, ()) }

    func pullback(
        _ cotangent: Tensor<Scalar>, _: Void, needs: Needs
    ) -> [Tensor<Scalar>?] { gradients(cotangent, needs) }
}
