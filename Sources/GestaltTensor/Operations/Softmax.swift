import CKernels

/// Softmax, its logarithm, and the logarithm of the sum of exponentials: one pass over each row.
///
/// All run along the last axis of their input; the public functions move another axis there.
struct Softmax<Scalar: FloatingScalar>: Operation {
    /// Whether to compute the logarithm.
    let logarithmic: Bool

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>?) {
        let input = x[0].contiguous()
        let variant = Scalar.variant
        let source = input.pointer
        let y = Tensor<Scalar>(uninitialized: input.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            forEachRow(of: input.shape) { rows, n in
                let first = rows.lowerBound * n
                if logarithmic {
                    gk_log_softmax_rows(variant, source + first, target + first, rows.count, n)
                } else {
                    gk_softmax_rows(variant, source + first, target + first, rows.count, n)
                }
            }
        }
        return withExtendedLifetime(input) { (y, needs.any ? y : nil) }
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ y: Tensor<Scalar>?, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let y else { return [nil] }
        let g = cotangent.contiguous()
        let variant = Scalar.variant
        let (value, gradient) = (y.pointer, g.pointer)
        let result = Tensor<Scalar>(uninitialized: y.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            forEachRow(of: y.shape) { rows, n in
                let first = rows.lowerBound * n
                let function = logarithmic ? gk_log_softmax_pullback_rows : gk_softmax_pullback_rows
                function(
                    variant, value + first, gradient + first, target + first, rows.count, n)
            }
        }
        return withExtendedLifetime((y, g)) { [result] }
    }
}

/// `ln Σ eˣ` over some axes.
struct LogSumExp<Scalar: FloatingScalar>: Operation {
    let axes: AxisSet
    let keeping: Bool

    typealias Residual = (form: RowForm<Scalar>, rows: Tensor<Scalar>, value: Tensor<Scalar>)

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let form = RowForm<Scalar>(x[0].shape, axes)
        let rows = form.rows(of: x[0])
        let variant = Scalar.variant
        let source = rows.pointer
        let y = Tensor<Scalar>(uninitialized: axes.reduced(x[0].shape, keeping: keeping)) {
            buffer in
            fill(buffer, with: -.infinity)
            guard let target = buffer.baseAddress else { return }
            forEachRow(of: rows.shape) { range, n in
                gk_log_sum_exp_rows(
                    variant, source + range.lowerBound * n, target + range.lowerBound, range.count,
                    n)
            }
        }
        defer { withExtendedLifetime(rows) {} }
        return (y, (form, rows, y))
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let g = cotangent.contiguous()
        let variant = Scalar.variant
        let (x, y, gradient) = (kept.rows.pointer, kept.value.pointer, g.pointer)
        let result = Tensor<Scalar>(uninitialized: kept.rows.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            forEachRow(of: kept.rows.shape) { range, n in
                let (row, first) = (range.lowerBound, range.lowerBound * n)
                gk_log_sum_exp_pullback_rows(
                    variant, x + first, y + row, gradient + row, target + first, range.count, n)
            }
        }
        return withExtendedLifetime((kept, g)) { [kept.form.restored(result)] }
    }
}

/// Runs `body` on ranges of the rows along the last axis, in parallel; no call without elements.
func forEachRow(of shape: Shape, _ body: (_ rows: Range<Int>, _ length: Int) -> Void) {
    let count = shape.elementCount
    guard count > 0 else { return }
    let length = shape.rank > 0 ? shape[-1] : 1
    let minimum = Swift.max(1, parallelThreshold / 4 / length)
    parallelChunks(count: count / length, minimumChunk: minimum, alignment: 1) { body($0, length) }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns `eˣ / Σ eˣ` along `axis`. A slice of −∞ only yields NaN.
    public func softmax(axis: Int = -1) -> Tensor {
        alongLast(axis) { Softmax(logarithmic: false)($0) }
    }

    /// Returns `x − ln Σ eˣ` along `axis`.
    public func logSoftmax(axis: Int = -1) -> Tensor {
        alongLast(axis) { Softmax(logarithmic: true)($0) }
    }

    /// Returns `ln Σ eˣ` over `axes` (nil: all), without overflow; −∞ for no elements.
    public func logSumExp(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        LogSumExp(axes: AxisSet(axes, of: shape), keeping: keepingAxes)(self)
    }

    /// Applies `body` to this tensor with `axis` moved to the end, and moves it back.
    private func alongLast(_ axis: Int, _ body: (Tensor) -> Tensor) -> Tensor {
        let index = shape.resolved(axis)
        if index == rank - 1 { return body(self) }
        return body(transposed(index, rank - 1)).transposed(index, rank - 1)
    }
}
