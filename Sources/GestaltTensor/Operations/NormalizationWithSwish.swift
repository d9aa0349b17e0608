import CKernels

/// A normalization down the columns, then swish, `z·σ(z)`.
///
/// Equal to the two operations one after the other, to the bit, but z is not kept for the pullback:
/// it is computed again from the input, which the normalization keeps anyway. In a network of
/// normalization, swish and convolution that saves a third of what training keeps.
struct SwishedColumnNormalization<Scalar: FloatingScalar>: Operation {
    let normalization: ColumnNormalization<Scalar>

    private var swish: Unary<Scalar> { Unary(gk_swish, 1) }

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: ColumnNormalization<Scalar>.Residual) {
        let (normalized, kept) = normalization.forward(inputs, needs: needs)
        return (swish.forward([normalized], needs: .none).value, kept)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: ColumnNormalization<Scalar>.Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let inputs = [kept.x, kept.scale, kept.shift]
        let normalized = normalization.forward(inputs, needs: .none).value
        let inner = swish.pullback(cotangent, normalized, needs: Needs(bits: 1))
        return normalization.pullback(inner[0]!, kept, needs: needs)
    }
}
