import GestaltChecks

/// The same elements in another shape.
struct Reshape<Scalar: TensorScalar>: Operation {
    let shape: Shape

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        (reshapedView(x[0], shape), x[0].shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ original: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        [reshapedView(cotangent, original)]
    }
}

/// The axes in another order.
struct Permute<Scalar: TensorScalar>: Operation {
    let axes: [Int]

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        (x[0].viewed(x[0].layout.permuted(axes)), ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        var inverse = axes
        for (new, old) in axes.enumerated() { inverse[old] = new }
        return [cotangent.viewed(cotangent.layout.permuted(inverse))]
    }
}

/// Every `step`-th slice of `range` along one axis.
struct Slice<Scalar: TensorScalar>: Operation {
    let range: Range<Int>
    let axis: Int
    let step: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        (x[0].viewed(x[0].layout.sliced(range, axis: axis, step: step)), x[0].shape)
    }

    // Zeros, with the gradient at the slice.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ original: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let layout = Layout(contiguous: original).sliced(range, axis: axis, step: step)
        return [
            Tensor(uninitialized: original) { buffer in
                fill(buffer, with: .zeroScalar)
                guard let base = buffer.baseAddress else { return }
                copyElements(from: cotangent, to: base, layout: layout)
            }
        ]
    }
}

/// The repetition of axes of length 1 and new outer axes.
struct Broadcast<Scalar: FloatingScalar>: Operation {
    let shape: Shape

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        (x[0].viewed(x[0].layout.broadcast(to: shape)), x[0].shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ original: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        [cotangent.summed(to: original)]
    }
}

/// Returns the same elements in another shape, a view if no element must move; not recorded.
func reshapedView<Scalar>(_ x: Tensor<Scalar>, _ shape: Shape) -> Tensor<Scalar> {
    if let layout = x.layout.reshaped(shape) { return x.viewed(layout) }
    return x.copied().viewed(Layout(contiguous: shape))
}

extension Tensor {
    /// Returns the same elements, row-major, in another shape: a view if no element must move.
    /// - Parameter dimensions: one of them may be −1: its length is inferred from the others.
    /// - Precondition: the element counts agree.
    public func reshaped(_ dimensions: [Int]) -> Tensor {
        var lengths = dimensions
        if let free = dimensions.firstIndex(of: -1) {
            let rest = dimensions.enumerated().reduce(1) {
                $1.offset == free ? $0 : $0 * $1.element
            }
            require(
                rest > 0 && count % rest == 0,
                "reshaped: \(shape) does not divide into \(dimensions)")
            lengths[free] = count / rest
        }
        return reshaped(Shape(lengths))
    }

    public func reshaped(_ target: Shape) -> Tensor {
        require(
            target.elementCount == count,
            "reshaped: shape \(shape) has \(count) elements, \(target) has \(target.elementCount)")
        guard target != shape else { return self }
        return Reshape(shape: target)(self)
    }

    /// Returns all elements as a vector.
    public func flattened() -> Tensor { reshaped([count] as Shape) }

    /// Merges the axes `range` into one; negative bounds count from the end: `-2 ... -1` are the
    /// last two.
    public func flattened(axes range: ClosedRange<Int>) -> Tensor {
        let (first, last) = (shape.resolved(range.lowerBound), shape.resolved(range.upperBound))
        require(first <= last, "flattened: axes \(range) of shape \(shape) do not ascend")
        let merged = (first...last).reduce(1) { $0 * shape[$1] }
        return reshaped(Shape(Array(shape[..<first]) + [merged] + Array(shape[(last + 1)...])))
    }

    /// Returns the axes in another order: axis `i` of the result is axis `axes[i]` of this tensor.
    /// A view.
    /// - Precondition: `axes` contains every axis once.
    public func permuted(_ axes: [Int]) -> Tensor {
        let order = axes.map(shape.resolved)
        require(
            order.sorted().elementsEqual(0..<rank), "permuted: \(axes) is no order of \(shape)")
        return Permute(axes: order)(self)
    }

    /// Swaps two axes, by default the last two.
    public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
        var order = Array(0..<rank)
        order.swapAt(shape.resolved(first), shape.resolved(second))
        return permuted(order)
    }

    /// Returns every `step`-th slice of `range` along `axis`. A view.
    /// - Precondition: the range lies inside the axis; `step` is positive.
    public func sliced(_ range: Range<Int>, axis: Int, by step: Int = 1) -> Tensor {
        let index = shape.resolved(axis)
        require(
            range.lowerBound >= 0 && range.upperBound <= shape[index] && step > 0,
            "sliced: \(range) by \(step) along axis \(index) of \(shape)")
        if range == 0..<shape[index] && step == 1 { return self }
        return Slice(range: range, axis: index, step: step)(self)
    }

    /// Returns the slice at one index, without that axis. Negative indices count from the end.
    public func selected(_ index: Int, axis: Int) -> Tensor {
        let resolved = index < 0 ? index + shape[axis] : index
        require(
            resolved >= 0 && resolved < shape[axis],
            "selected: \(index) along axis \(axis) of \(shape)")
        return sliced(resolved..<resolved + 1, axis: axis).reshaped(shape.removing(axis: axis))
    }

    /// Inserts an axis of length 1 at position `axis` of the result.
    public func expanded(axis: Int) -> Tensor { reshaped(shape.inserting(1, axis: axis)) }

    /// Removes the axis `axis`.
    /// - Precondition: its length is 1.
    public func squeezed(axis: Int) -> Tensor {
        require(shape[axis] == 1, "squeezed: axis \(axis) of \(shape) is not of length 1")
        return reshaped(shape.removing(axis: axis))
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Repeats axes of length 1 and adds outer axes to match `target`. A view.
    /// - Precondition: the shape broadcasts to `target`.
    public func broadcast(to target: Shape) -> Tensor {
        checkBroadcast(to: target)
        return shape == target ? self : Broadcast(shape: target)(self)
    }
}

extension Tensor {
    /// Repeats axes of length 1 and adds outer axes to match `target`. A view.
    /// - Precondition: the shape broadcasts to `target`.
    public func broadcast(to target: Shape) -> Tensor {
        checkBroadcast(to: target)
        return viewed(layout.broadcast(to: target))
    }

    private func checkBroadcast(to target: Shape) {
        require(
            shape.broadcast(with: target) == target,
            "broadcast: \(shape) does not stretch to \(target)")
    }
}
