import GestaltTensor

/// Ways in which the same values may stand in memory.
package enum ViewForm: CaseIterable, Sendable {
    /// Axes stored in reverse order.
    case transposed
    /// Every second element along each axis of a larger tensor, with an offset.
    case sliced

    /// Equal to `x`, but a view that is not contiguous (where the shape allows).
    package func applied<Scalar: TensorScalar>(to x: Tensor<Scalar>) -> Tensor<Scalar> {
        switch self {
        case .transposed:
            let reversed = Array((0..<x.rank).reversed())
            return x.permuted(reversed).copied().permuted(reversed)
        case .sliced:
            var larger = x
            for axis in 0..<x.rank {
                // Each slice twice, the second one never seen; then a border in front.
                larger = doubled(larger, axis: axis)
            }
            var view = larger
            for axis in 0..<x.rank {
                view = view.sliced(0..<2 * x.shape[axis], axis: axis, by: 2)
            }
            return view
        }
    }
}

private func doubled<Scalar: TensorScalar>(_ x: Tensor<Scalar>, axis: Int) -> Tensor<Scalar> {
    let expanded = x.expanded(axis: axis + 1)
    var target = expanded.shape
    target[axis + 1] = 2
    var merged = x.shape
    merged[axis] *= 2
    return expanded.viewed(expanded.layout.broadcast(to: target)).reshaped(merged)
}
