import CKernels
import GestaltChecks

/// The sum over some axes.
struct Sum<Scalar: FloatingScalar>: Operation {
    let axes: AxisSet
    let keeping: Bool

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        let sum = folded(gk_sum, x[0], axes)
        return (sum.relabeled(axes.reduced(x[0].shape, keeping: keeping)), x[0].shape)
    }

    // Every element of a group receives the group's gradient: a view.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let kept = reshapedView(cotangent, axes.reduced(shape, keeping: true))
        return [kept.viewed(kept.layout.broadcast(to: shape))]
    }
}

/// The largest or smallest element over some axes.
struct Extremum<Scalar: FloatingScalar>: Operation {
    let fold: gk_fold
    let axes: AxisSet
    let keeping: Bool

    typealias Residual = (form: RowForm<Scalar>, positions: Tensor<Int32>)?

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let shape = axes.reduced(x[0].shape, keeping: keeping)
        guard needs.any else { return (folded(fold, x[0], axes).relabeled(shape), nil) }
        let form = RowForm<Scalar>(x[0].shape, axes)
        let rows = form.rows(of: x[0])
        let extrema = foldedOnce(fold, rows, outer: form.rows, reduced: form.length, inner: 1)
        return (extrema.relabeled(shape), (form, positions(of: extrema, in: rows)))
    }

    // The gradient goes to the first of equal elements.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let (form, positions) = kept else { return [nil] }
        let g = cotangent.contiguous()
        let rows = Tensor<Scalar>(uninitialized: [form.rows, form.length]) { buffer in
            fill(buffer, with: 0)
            guard let target = buffer.baseAddress else { return }
            gk_place_rows(
                Int32(MemoryLayout<Scalar>.stride), g.pointer, positions.pointer, target,
                form.rows, form.length)
        }
        return [withExtendedLifetime((g, positions)) { form.restored(rows) }]
    }
}

/// Returns the first position in each row of its extremum.
func positions<Scalar: TensorScalar>(
    of extrema: Tensor<Scalar>, in rows: Tensor<Scalar>
) -> Tensor<Int32> {
    let length = rows.shape[1]
    let type = Scalar.kernelType
    let (source, values) = (rows.pointer, extrema.pointer)
    defer { withExtendedLifetime((rows, extrema)) {} }
    return Tensor<Int32>(uninitialized: [rows.shape[0]]) { buffer in
        guard let target = buffer.baseAddress else { return }
        forEachRow(of: rows.shape) { range, _ in
            let first = range.lowerBound
            gk_position_rows(
                type, source + first * length, values + first, target + first, range.count, length)
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the sum over `axes` (nil: all); 0 for no elements. Added pairwise in blocks: the
    /// error does not grow with the length.
    public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        Sum(axes: AxisSet(axes, of: shape), keeping: keepingAxes)(self)
    }

    /// Returns the arithmetic mean over `axes` (nil: all).
    public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        let count = AxisSet(axes, of: shape).reducedCount(shape)
        return sum(axes: axes, keepingAxes: keepingAxes) * (1 / Scalar(count))
    }

    /// Returns the largest element over `axes`, NaN if there is one; the first of equal elements
    /// receives the gradient.
    /// - Precondition: at least one element.
    public func max(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        extremum(gk_max, "max", axes, keepingAxes)
    }

    /// Returns the smallest element over `axes`; see `max(axes:keepingAxes:)`.
    public func min(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        extremum(gk_min, "min", axes, keepingAxes)
    }

    private func extremum(
        _ fold: gk_fold, _ name: StaticString, _ axes: [Int]?, _ keeping: Bool
    ) -> Tensor {
        let set = AxisSet(axes, of: shape)
        checkNotEmpty(set, name)
        return Extremum(fold: fold, axes: set, keeping: keeping)(self)
    }
}

extension Tensor where Scalar: NumericScalar {
    /// Returns the sum over `axes` (nil: all). Integers wrap around: cast bytes to a wider type
    /// first.
    public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        folding(gk_sum, axes, keepingAxes)
    }

    /// Returns the largest element over `axes` (nil: all).
    /// - Precondition: at least one element.
    public func max(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        checkNotEmpty(AxisSet(axes, of: shape), "max")
        return folding(gk_max, axes, keepingAxes)
    }

    /// Returns the smallest element over `axes` (nil: all).
    /// - Precondition: at least one element.
    public func min(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        checkNotEmpty(AxisSet(axes, of: shape), "min")
        return folding(gk_min, axes, keepingAxes)
    }

    /// Returns the first position of the largest element along `axis`, without that axis; of the
    /// first NaN if there is one.
    /// - Precondition: the axis is not empty.
    public func argmax(axis: Int) -> Tensor<Int32> { position(gk_max, "argmax", axis) }

    /// Returns the first position of the smallest element along `axis`; see ``argmax(axis:)``.
    public func argmin(axis: Int) -> Tensor<Int32> { position(gk_min, "argmin", axis) }

    /// Returns the first position of the largest element over `axes` (all by default), counted in
    /// row-major order of those axes.
    /// - Precondition: the axes are not empty.
    public func argmax(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor<Int32> {
        overJoined(axes, keepingAxes) { $0.argmax(axis: -1) }
    }

    /// Returns the first position of the smallest element over `axes`; see
    /// ``argmax(axes:keepingAxes:)``.
    public func argmin(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor<Int32> {
        overJoined(axes, keepingAxes) { $0.argmin(axis: -1) }
    }

    /// Applies `find` to this tensor with `axes` merged into the innermost one.
    private func overJoined(
        _ axes: [Int]?, _ keepsAxes: Bool, _ find: (Tensor) -> Tensor<Int32>
    ) -> Tensor<Int32> {
        let reduced = axes.map { Array(Set($0.map(shape.resolved))).sorted() } ?? Array(0..<rank)
        let kept = (0..<rank).filter { !reduced.contains($0) }
        let length = reduced.reduce(1) { $0 * shape[$1] }
        let joined = detached.permuted(kept + reduced)
            .reshaped(Shape(kept.map { shape[$0] } + [length]))
        let found = find(joined)
        guard keepsAxes else { return found }
        return found.reshaped(Shape((0..<rank).map { kept.contains($0) ? shape[$0] : 1 }))
    }

    private func position(_ fold: gk_fold, _ name: StaticString, _ axis: Int) -> Tensor<Int32> {
        let set = AxisSet([axis], of: shape)
        checkNotEmpty(set, name)
        let form = RowForm<Scalar>(shape, set)
        let rows = form.rows(of: self)
        let extrema = foldedOnce(fold, rows, outer: form.rows, reduced: form.length, inner: 1)
        return positions(of: extrema, in: rows).relabeled(set.reduced(shape, keeping: false))
    }
}

extension Tensor<Bool> {
    /// Returns whether any element over `axes` (nil: all) is true.
    public func any(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        folding(gk_max, axes, keepingAxes)
    }

    /// Returns whether every element over `axes` (nil: all) is true.
    public func all(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        folding(gk_product, axes, keepingAxes)
    }
}

extension Tensor {
    fileprivate func folding(_ fold: gk_fold, _ axes: [Int]?, _ keeping: Bool) -> Tensor {
        let set = AxisSet(axes, of: shape)
        return folded(fold, detached, set).relabeled(set.reduced(shape, keeping: keeping))
    }

    fileprivate func checkNotEmpty(_ axes: AxisSet, _ name: StaticString) {
        require(
            axes.reducedCount(shape) > 0 || count > 0
                || axes.reduced(shape, keeping: false).elementCount == 0,
            "\(name): an axis of \(shape) is empty, and nothing has no extremum")
    }
}

/// Returns the sum over the axes along which `shape` was broadcast to the shape of `x`; not
/// recorded.
func summedAway<Scalar: TensorScalar>(_ x: Tensor<Scalar>, to shape: Shape) -> Tensor<Scalar> {
    guard x.shape != shape else { return x }
    let lead = x.rank - shape.rank
    let axes = (0..<x.rank).filter { $0 < lead || (shape[$0 - lead] == 1 && x.shape[$0] != 1) }
    return folded(gk_sum, x, AxisSet(axes, of: x.shape)).relabeled(shape)
}
