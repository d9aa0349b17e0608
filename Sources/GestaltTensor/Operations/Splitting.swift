import GestaltChecks

/// The gradient of a tensor that was split: the parts' gradients are written to their positions.
///
/// As separate slices, each part would fill a whole tensor with zeros and add it to the others'; a
/// projection to queries, keys and values would take eleven passes instead of three.
///
/// `@unchecked Sendable`: written only by pullbacks of one tape, which belongs to one thread.
private final class SplitGradient<Scalar: TensorScalar>: @unchecked Sendable {
    private let shape: Shape
    private var whole: Tensor<Scalar>?

    init(shape: Shape) { self.shape = shape }

    /// Stores a part; returns the whole gradient for the first part, nil for all others.
    func place(_ part: Tensor<Scalar>, _ range: Range<Int>, axis: Int) -> Tensor<Scalar>? {
        let isFirst = whole == nil
        let whole = self.whole ?? Tensor.zeros(shape)
        self.whole = whole
        // In place although the tape holds it, too: the sweep reads it only after all parts.
        copyElements(
            from: part, to: whole.pointer,
            layout: Layout(contiguous: shape).sliced(range, axis: axis, step: 1))
        return withExtendedLifetime(whole) { isFirst ? whole : nil }
    }
}

/// The source of a split: a separate record, so that its gradient comes from the parts only.
private struct SplitSource<Scalar: TensorScalar>: Operation {
    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) { (x[0], ()) }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [cotangent]
    }
}

/// One part of a split, a view.
private struct SplitPart<Scalar: TensorScalar>: Operation {
    let range: Range<Int>
    let axis: Int
    let gradient: SplitGradient<Scalar>

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        (x[0].viewed(x[0].layout.sliced(range, axis: axis, step: 1)), ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [gradient.place(cotangent, range, axis: axis)]
    }
}

extension Tensor {
    /// Returns slices of the given lengths along `axis`, as views.
    /// - Precondition: the lengths add up to the length of the axis.
    public func split(sizes: [Int], axis: Int) -> [Tensor] {
        let index = shape.resolved(axis)
        require(
            sizes.reduce(0, +) == shape[index] && sizes.allSatisfy { $0 >= 0 },
            "split: \(sizes) does not add up to axis \(index) of \(shape)")
        let source = sizes.count > 1 ? SplitSource()(self) : self
        let gradient = SplitGradient<Scalar>(shape: shape)
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return SplitPart(range: start..<start + size, axis: index, gradient: gradient)(source)
        }
    }

    /// Returns `count` slices of equal length along `axis`, as views.
    /// - Precondition: `count` divides the axis.
    public func split(count: Int, axis: Int) -> [Tensor] {
        require(
            count > 0 && shape[axis] % count == 0,
            "split: \(count) parts of axis \(axis) of \(shape)")
        return split(sizes: Array(repeating: shape[axis] / count, count: count), axis: axis)
    }
}
