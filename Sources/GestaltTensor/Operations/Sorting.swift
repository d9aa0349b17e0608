import CKernels
import GestaltChecks

extension Tensor where Scalar: NumericScalar {
    /// Returns the elements along `axis` in order, and their original positions.
    ///
    /// Equal elements keep their order in both directions; NaN counts as larger than every number.
    /// Gradients flow back to the original positions.
    public func sorted(
        axis: Int = -1, descending: Bool = false
    ) -> (values: Tensor, indices: Tensor<Int32>) {
        let length = shape[axis]
        return ordered(axis, descending: descending, first: length)
    }

    /// Returns the `k` largest elements along `axis`, largest first, and their positions; see
    /// ``sorted(axis:descending:)`` for ties and NaN.
    /// - Precondition: `k` is at least 0 and at most the length of the axis.
    public func topK(_ k: Int, axis: Int = -1) -> (values: Tensor, indices: Tensor<Int32>) {
        require(k >= 0 && k <= shape[axis], "topK: \(k) along axis \(axis) of \(shape)")
        return ordered(axis, descending: true, first: k)
    }

    private func ordered(
        _ axis: Int, descending: Bool, first k: Int
    ) -> (values: Tensor, indices: Tensor<Int32>) {
        let index = shape.resolved(axis)
        var order = Array(0..<rank)
        order.swapAt(index, rank - 1)
        let moved = viewed(layout.permuted(order)).contiguous()
        let indices = orderedPositions(of: moved, descending: descending, first: k)
            .transposed(index, rank - 1)
        return (GatherAlong(indices: indices, axis: index)(self), indices)
    }
}

/// Returns the first `k` positions of each row along the last axis, in order.
private func orderedPositions<Scalar: TensorScalar>(
    of x: Tensor<Scalar>, descending: Bool, first k: Int
) -> Tensor<Int32> {
    let length = x.shape[-1]
    let type = Scalar.kernelType
    let direction: Int32 = descending ? 1 : 0
    // Insertion into k places is faster than a full sort for small k.
    let selects = k <= 64 && k * 8 <= length
    var shape = x.shape
    shape[-1] = selects ? k : length
    let source = x.pointer
    let width = shape[-1]
    let positions = Tensor<Int32>(uninitialized: shape) { buffer in
        guard let target = buffer.baseAddress, !buffer.isEmpty else { return }
        parallelChunks(
            count: x.count / length, minimumChunk: Swift.max(1, 4096 / length), alignment: 1
        ) { rows in
            let values = Storage<Scalar>(count: (rows.count + 1) * width)
            let spare = Storage<Int32>(count: width)
            let (from, to) = (source + rows.lowerBound * length, target + rows.lowerBound * width)
            if selects {
                gk_select_rows(
                    type, direction, from, values.pointer, to, rows.count, length, k)
            } else {
                gk_sort_rows(
                    type, direction, from, values.pointer, to, values.pointer + rows.count * width,
                    spare.pointer, rows.count, length)
            }
            withExtendedLifetime((values, spare)) {}
        }
    }
    return withExtendedLifetime(x) { selects ? positions : positions.sliced(0..<k, axis: -1) }
}
