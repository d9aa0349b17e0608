import GestaltChecks

/// The concatenation of tensors along an axis.
struct Concatenate<Scalar: TensorScalar>: Operation {
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: [Int]) {
        let lengths = x.map { $0.shape[axis] }
        var shape = x[0].shape
        shape[axis] = lengths.reduce(0, +)
        let whole = Layout(contiguous: shape)
        let value = Tensor<Scalar>(uninitialized: shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            var start = 0
            for (part, length) in zip(x, lengths) {
                copyElements(
                    from: part, to: target,
                    layout: whole.sliced(start..<start + length, axis: axis, step: 1))
                start += length
            }
        }
        return (value, lengths)
    }

    // Views of the cotangent.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ lengths: [Int], needs: Needs
    ) -> [Tensor<Scalar>?] {
        var start = 0
        return lengths.enumerated().map { index, length in
            defer { start += length }
            guard needs[index] else { return nil }
            return cotangent.viewed(
                cotangent.layout.sliced(start..<start + length, axis: axis, step: 1))
        }
    }
}

/// A border of one value along an axis.
struct Pad<Scalar: TensorScalar>: Operation {
    let before: Int
    let after: Int
    let axis: Int
    let value: Scalar

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        var shape = x[0].shape
        let range = before..<before + shape[axis]
        shape[axis] += before + after
        let inside = Layout(contiguous: shape).sliced(range, axis: axis, step: 1)
        let result = Tensor<Scalar>(uninitialized: shape) { buffer in
            fill(buffer, with: value)
            guard let target = buffer.baseAddress else { return }
            copyElements(from: x[0], to: target, layout: inside)
        }
        return (result, ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        let range = before..<cotangent.shape[axis] - after
        return [cotangent.viewed(cotangent.layout.sliced(range, axis: axis, step: 1))]
    }
}

/// A cyclic shift of the slices along an axis.
struct Roll<Scalar: TensorScalar>: Operation {
    let distance: Int
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        let n = x[0].shape[axis]
        guard n > 0 else { return (x[0], ()) }
        let shift = (distance % n + n) % n
        let head = x[0].viewed(x[0].layout.sliced(0..<n - shift, axis: axis, step: 1))
        let tail = x[0].viewed(x[0].layout.sliced(n - shift..<n, axis: axis, step: 1))
        return (Concatenate(axis: axis).forward([tail, head], needs: .none).value, ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [Roll(distance: -distance, axis: axis).forward([cotangent], needs: .none).value]
    }
}

/// Slices in the opposite order along an axis.
struct Flip<Scalar: TensorScalar>: Operation {
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        var layout = x[0].layout
        layout.offset += Swift.max(0, layout.shape[axis] - 1) * layout.strides[axis]
        layout.strides[axis] = -layout.strides[axis]
        // Copied, so that no other code receives a negative step.
        return (x[0].viewed(layout).copied(), ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [forward([cotangent], needs: .none).value]
    }
}

/// Concatenates the tensors along `axis`.
/// - Precondition: at least one; all lengths but those along `axis` agree.
public func concatenated<Scalar: TensorScalar>(
    _ tensors: [Tensor<Scalar>], axis: Int
) -> Tensor<Scalar> {
    require(!tensors.isEmpty, "concatenated: no tensors")
    let shape = tensors[0].shape
    let index = shape.resolved(axis)
    for tensor in tensors.dropFirst() {
        var other = tensor.shape
        if other.rank == shape.rank { other[index] = shape[index] }
        require(
            other == shape,
            "concatenated: shapes \(shape) and \(tensor.shape) differ beyond axis \(index)")
    }
    return tensors.count == 1 ? tensors[0] : Concatenate(axis: index).apply(tensors)
}

/// Stacks the tensors along a new axis at position `axis` of the result.
/// - Precondition: at least one; all of one shape.
public func stacked<Scalar: TensorScalar>(
    _ tensors: [Tensor<Scalar>], axis: Int = 0
) -> Tensor<Scalar> {
    require(!tensors.isEmpty, "stacked: no tensors")
    for tensor in tensors where tensor.shape != tensors[0].shape {
        stop("stacked: shapes \(tensors[0].shape) and \(tensor.shape) differ")
    }
    let index = axis < 0 ? axis + tensors[0].rank + 1 : axis
    return concatenated(tensors.map { $0.expanded(axis: index) }, axis: index)
}

extension Tensor {
    /// Returns this tensor with `before` and `after` slices of `value` added along `axis`, zeros by
    /// default.
    public func padded(before: Int, after: Int, axis: Int, value: Scalar? = nil) -> Tensor {
        require(before >= 0 && after >= 0, "padded: \(before) before, \(after) after")
        if before == 0 && after == 0 { return self }
        return Pad(
            before: before, after: after, axis: shape.resolved(axis), value: value ?? .zeroScalar)(
                self)
    }

    /// Shifts the slices by `distance` along `axis`, cyclically.
    public func rolled(by distance: Int, axis: Int) -> Tensor {
        Roll(distance: distance, axis: shape.resolved(axis))(self)
    }

    /// Reverses the order of the slices along `axis`.
    public func flipped(axis: Int) -> Tensor { Flip(axis: shape.resolved(axis))(self) }
}

extension Tensor where Scalar: FloatingScalar {
    /// Repeats each slice along `axis` `n` times: a, a, b, b.
    public func repeated(_ n: Int, axis: Int) -> Tensor {
        repeatedSlices(n, axis: axis, after: true) { $0.broadcast(to: $1) }
    }

    /// Repeats the whole tensor `n` times along `axis`: a, b, a, b.
    public func tiled(_ n: Int, axis: Int) -> Tensor {
        repeatedSlices(n, axis: axis, after: false) { $0.broadcast(to: $1) }
    }
}

extension Tensor {
    /// Repeats each slice along `axis` `n` times: a, a, b, b.
    public func repeated(_ n: Int, axis: Int) -> Tensor {
        repeatedSlices(n, axis: axis, after: true) { $0.broadcast(to: $1) }
    }

    /// Repeats the whole tensor `n` times along `axis`: a, b, a, b.
    public func tiled(_ n: Int, axis: Int) -> Tensor {
        repeatedSlices(n, axis: axis, after: false) { $0.broadcast(to: $1) }
    }

    /// Inserts a new axis after or before `axis`, stretched by the caller's broadcast (which
    /// differs in whether it is recorded), then merged with it.
    fileprivate func repeatedSlices(
        _ n: Int, axis: Int, after: Bool, _ stretch: (Tensor, Shape) -> Tensor
    ) -> Tensor {
        require(n >= 0, "repeated \(n) times")
        let index = shape.resolved(axis)
        let place = after ? index + 1 : index
        var merged = shape
        merged[index] *= n
        return stretch(expanded(axis: place), shape.inserting(n, axis: place)).reshaped(merged)
    }
}
