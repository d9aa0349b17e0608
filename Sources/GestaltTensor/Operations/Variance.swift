import CKernels

/// The mean squared distance from the mean over some axes, in two passes: no cancellation.
struct Variance<Scalar: FloatingScalar>: Operation {
    let axes: AxisSet
    let keeping: Bool
    /// The number subtracted from the count: 1 for the unbiased estimate.
    let correction: Int

    typealias Residual = (x: Tensor<Scalar>, mean: Tensor<Scalar>, scale: Scalar)?

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let shape = x[0].shape
        let count = axes.reducedCount(shape)
        let mean = folded(gk_sum, x[0], axes) * (1 / Scalar(count))
        // For too few elements 0 times infinity: NaN.
        let scale = 1 / Scalar(Swift.max(0, count - correction))
        let variance = centeredSquares(x[0], mean) * scale
        return (
            variance.relabeled(axes.reduced(shape, keeping: keeping)),
            needs.any ? (x[0], mean, 2 * scale) : nil
        )
    }

    // d/dxᵢ = 2 (xᵢ − μ) / n: the mean's own dependence on xᵢ cancels.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let (x, mean, scale) = kept else { return [nil] }
        let g = reshapedView(cotangent, mean.shape)
        return [(x - mean) * (g * scale)]
    }

    /// Returns `Σ (x − mean)²` over the axes, as a contiguous tensor of the kept elements.
    private func centeredSquares(_ x: Tensor<Scalar>, _ mean: Tensor<Scalar>) -> Tensor<Scalar> {
        let groups = axes.groups(x.shape)
        guard let index = groups.firstIndex(where: { $0.reduced }) else {
            return (x - mean).squared()
        }
        if groups[(index + 1)...].contains(where: { $0.reduced }) {
            let form = RowForm<Scalar>(x.shape, axes)
            return foldedOnce(
                gk_centered_squares, form.rows(of: x), shift: mean, outer: form.rows,
                reduced: form.length, inner: 1)
        }
        return foldedOnce(
            gk_centered_squares, x.contiguous(), shift: mean,
            outer: groups[..<index].reduce(1) { $0 * $1.length }, reduced: groups[index].length,
            inner: groups[(index + 1)...].reduce(1) { $0 * $1.length })
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the mean squared distance from the mean over `axes` (nil: all).
    /// - Parameter unbiased: divides by one less than the count.
    public func variance(
        axes: [Int]? = nil, keepingAxes: Bool = false, unbiased: Bool = false
    ) -> Tensor {
        Variance(
            axes: AxisSet(axes, of: shape), keeping: keepingAxes, correction: unbiased ? 1 : 0)(
                self)
    }

    /// Returns the square root of ``variance(axes:keepingAxes:unbiased:)``; its gradient is not
    /// finite where the variance is 0.
    public func standardDeviation(
        axes: [Int]? = nil, keepingAxes: Bool = false, unbiased: Bool = false
    ) -> Tensor {
        variance(axes: axes, keepingAxes: keepingAxes, unbiased: unbiased).squareRoot()
    }
}
