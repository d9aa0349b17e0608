import CKernels
import GestaltChecks

/// Returns the value of an arithmetic operation or a comparison of two tensors that broadcast, not
/// recorded. Only operands whose innermost axis has gaps are materialized.
func combined<Scalar: TensorScalar, Result: TensorScalar>(
    _ operation: gk_binary, _ name: StaticString, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Result> {
    guard let shape = a.shape.broadcast(with: b.shape) else {
        stop("\(name): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    let result = Tensor<Result>(
        storage: Storage(count: shape.elementCount), layout: Layout(contiguous: shape))
    let count = shape.elementCount
    guard count > 0 else { return result }
    let (x, y) = (Operand(a, in: shape), Operand(b, in: shape))
    var walk = gk_walk()
    for axis in 0..<shape.rank {
        gk_walk_append(&walk, shape[axis], x.layout.strides[axis], y.layout.strides[axis], 0)
    }
    let type = Scalar.kernelType
    let (p, q, r) = (x.pointer, y.pointer, result.storage.pointer)
    let streams: Int32 = bypassesCaches(Result.self, count) ? 1 : 0
    withExtendedLifetime((x, y)) {
        parallelChunks(
            count: count, minimumChunk: parallelThreshold, keepsDenormals: true
        ) { range in
            gk_binary_walk(
                type, operation, &walk, p, q, r, range.lowerBound, range.count, streams)
        }
    }
    return result
}

/// Returns `mask ? b : a` for three tensors that broadcast, not recorded.
func selected<Scalar: TensorScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ mask: Tensor<Bool>
) -> Tensor<Scalar> {
    guard let pair = a.shape.broadcast(with: b.shape), let shape = pair.broadcast(with: mask.shape)
    else {
        stop(
            "replacing: shapes \(a.shape), \(b.shape) and the mask's \(mask.shape) do not broadcast"
        )
    }
    let count = shape.elementCount
    let result = Tensor<Scalar>(storage: Storage(count: count), layout: Layout(contiguous: shape))
    guard count > 0 else { return result }
    let (x, y, m) = (Operand(a, in: shape), Operand(b, in: shape), Operand(mask, in: shape))
    var walk = gk_walk()
    for axis in 0..<shape.rank {
        gk_walk_append(
            &walk, shape[axis], x.layout.strides[axis], y.layout.strides[axis],
            m.layout.strides[axis])
    }
    let width = Int32(MemoryLayout<Scalar>.stride)
    let (p, q, r) = (x.pointer, y.pointer, result.storage.pointer)
    let choice = UnsafeRawPointer(m.pointer).assumingMemoryBound(to: UInt8.self)
    withExtendedLifetime((x, y, m)) {
        parallelChunks(count: count, minimumChunk: parallelThreshold) { range in
            gk_select_walk(width, &walk, p, q, choice, r, range.lowerBound, range.count)
        }
    }
    return result
}

/// An operand of a broadcast pass: memory, and a step for each axis of the result.
private struct Operand<Scalar: TensorScalar> {
    private let storage: Storage<Scalar>
    let layout: Layout

    var pointer: UnsafeMutablePointer<Scalar> { storage.pointer + layout.offset }

    init(_ tensor: Tensor<Scalar>, in shape: Shape) {
        let broadcast = tensor.layout.broadcast(to: shape)
        // The kernels take steps of 0 and 1 along the innermost axis that has a length.
        var innermost = shape.rank - 1
        while innermost >= 0, shape[innermost] == 1 { innermost -= 1 }
        if innermost < 0 || 0...1 ~= broadcast.strides[innermost] {
            (storage, layout) = (tensor.storage, broadcast)
        } else {
            let copy = tensor.copied()
            (storage, layout) = (copy.storage, copy.layout.broadcast(to: shape))
        }
    }
}
