import CKernels

/// The product over some axes.
struct Product<Scalar: FloatingScalar>: Operation {
    let axes: AxisSet
    let keeping: Bool

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>) {
        let product = folded(gk_product, x[0], axes)
        return (product.relabeled(axes.reduced(x[0].shape, keeping: keeping)), x[0])
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ x: Tensor<Scalar>, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let form = RowForm<Scalar>(x.shape, axes)
        let (rows, g) = (form.rows(of: x), cotangent.contiguous())
        let variant = Scalar.variant
        let (source, gradient) = (rows.pointer, g.pointer)
        let result = Tensor<Scalar>(uninitialized: rows.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            forEachRow(of: rows.shape) { range, n in
                let first = range.lowerBound * n
                gk_product_pullback_rows(
                    variant, source + first, gradient + range.lowerBound, target + first,
                    range.count, n)
            }
        }
        return withExtendedLifetime((rows, g)) { [form.restored(result)] }
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the product over `axes` (nil: all); 1 for no elements. The gradient is correct for
    /// zeros, too.
    public func product(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        Product(axes: AxisSet(axes, of: shape), keeping: keepingAxes)(self)
    }
}
