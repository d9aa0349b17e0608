import GestaltChecks
import GestaltTensor

/// A value in place of its input, whose gradient passes to the input unchanged.
///
/// Exact, unlike the sum `x + stop(value − x)`, which rounds. Source: Bengio, Léonard and Courville
/// (2013), the straight-through estimator.
struct StraightThrough: Operation {
    let value: Tensor<Float>

    func forward(
        _ inputs: [Tensor<Float>], needs: Needs
    ) -> (value: Tensor<Float>, residual: Void) {
        (value, ())
    }

    func pullback(
        _ cotangent: Tensor<Float>, _ residual: Void, needs: Needs
    ) -> [Tensor<Float>?] {
        [cotangent]
    }
}

extension Tensor<Float> {
    /// Returns `value`, with gradients that pass straight through to this tensor.
    /// - Precondition: equal shapes.
    func straightThrough(to value: Tensor<Float>) -> Tensor<Float> {
        require(shape == value.shape, "straightThrough: \(shape) to \(value.shape)")
        return StraightThrough(value: value.detached)(self)
    }

    /// Stops the program for latents that are NaN: they have no code.
    func checkedLatents(_ quantizer: String, width: Int) -> Tensor<Float> {
        require(
            rank > 0 && shape[-1] == width, "\(quantizer): latents \(shape), codes of \(width)")
        let hasNaN = withScalars { $0.contains { $0.isNaN } }
        require(!hasNaN, "\(quantizer): latents are NaN, their model has diverged")
        return self
    }
}
