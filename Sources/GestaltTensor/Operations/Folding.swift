import CKernels

/// Folds `axes` of `x` to length 1 with one of the kernels; not recorded.
func folded<Scalar: TensorScalar>(
    _ fold: gk_fold, _ x: Tensor<Scalar>, _ axes: AxisSet
) -> Tensor<Scalar> {
    var groups = axes.groups(x.shape)
    var current = x.contiguous()
    // One pass for each group of reduced axes, from the innermost: later passes are smaller.
    while let index = groups.lastIndex(where: { $0.reduced }) {
        let outer = groups[..<index].reduce(1) { $0 * $1.length }
        let inner = groups[(index + 1)...].reduce(1) { $0 * $1.length }
        current = foldedOnce(
            fold, current, outer: outer, reduced: groups[index].length, inner: inner)
        groups.remove(at: index)
    }
    return current.relabeled(axes.reduced(x.shape, keeping: true))
}

/// Folds a contiguous tensor read as `[outer, reduced, inner]` in one pass; returns
/// `[outer, inner]`.
///
/// If there are fewer slabs than threads, the reduced axis is divided, and the parts are then
/// folded in order.
func foldedOnce<Scalar: TensorScalar>(
    _ fold: gk_fold, _ x: Tensor<Scalar>, shift: Tensor<Scalar>? = nil,
    outer: Int, reduced: Int, inner: Int
) -> Tensor<Scalar> {
    let type = Scalar.kernelType
    let source = x.pointer
    let shifts = shift?.pointer
    defer { withExtendedLifetime((x, shift)) {} }
    let slab = reduced * inner
    let pieces = piecesOfSlab(outer: outer, reduced: reduced, slab: slab)
    guard pieces > 1 else {
        return Tensor(uninitialized: [outer, inner]) { buffer in
            guard let target = buffer.baseAddress else { return }
            parallelChunks(
                count: outer, minimumChunk: max(1, parallelThreshold / max(slab, 1)), alignment: 1
            ) { range in
                let first = range.lowerBound
                gk_fold_axis(
                    type, fold, source + first * slab, shifts.map { $0 + first * inner },
                    target + first * inner, range.count, reduced, inner)
            }
        }
    }
    let length = (reduced - 1) / pieces + 1
    let parts = Tensor<Scalar>(uninitialized: [outer, pieces, inner]) { buffer in
        let target = buffer.baseAddress!
        parallelFor(outer * pieces) { task in
            let (slabIndex, piece) = task.quotientAndRemainder(dividingBy: pieces)
            let first = min(piece * length, reduced)
            gk_fold_axis(
                type, fold, source + slabIndex * slab + first * inner,
                shifts.map { $0 + slabIndex * inner }, target + task * inner, 1,
                min(length, reduced - first), inner)
        }
    }
    let closing = fold == gk_centered_squares ? gk_sum : fold
    return foldedOnce(closing, parts, outer: outer, reduced: pieces, inner: inner)
}

/// Returns the number of parts of each slab: a function of geometry and threads alone.
private func piecesOfSlab(outer: Int, reduced: Int, slab: Int) -> Int {
    let threads = Runtime.threads
    guard threads > 1, outer > 0, outer < 4 * threads, outer * slab >= 2 * parallelThreshold else {
        return 1
    }
    let wanted = min(4 * threads / outer, slab / parallelThreshold, reduced / 16)
    return max(1, wanted)
}
