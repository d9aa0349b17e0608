// Elementwise passes of C kernels that serve one scalar type: contiguous operands, a new tensor as
// the result, in ranges on all threads.

/// Returns a tensor of the shape of `a` that `body` writes, range by range.
///
/// - Parameters:
///   - minimumChunk: The minimum number of elements per range.
///   - keepsDenormals: See `parallelFor`.
///   - body: Receives the first element of a range in the operand and in the result, and its
///     length.
package func kernelPass<Scalar: TensorScalar>(
    reading a: Tensor<Scalar>, minimumChunk: Int = parallelThreshold, keepsDenormals: Bool = false,
    _ body: (UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>, Int) -> Void
) -> Tensor<Scalar> {
    let a = a.contiguous()
    let p = a.pointer
    return withExtendedLifetime(a) {
        written(a.shape, minimumChunk, keepsDenormals) { y, first, count in
            body(p + first, y, count)
        }
    }
}

/// Returns a tensor of the shape of two operands that `body` writes, range by range.
package func kernelPass<Scalar: TensorScalar>(
    reading a: Tensor<Scalar>, _ b: Tensor<Scalar>, minimumChunk: Int = parallelThreshold,
    _ body: (
        UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>, Int
    ) -> Void
) -> Tensor<Scalar> {
    let (a, b) = (a.contiguous(), b.contiguous())
    let (p, q) = (a.pointer, b.pointer)
    return withExtendedLifetime((a, b)) {
        written(a.shape, minimumChunk, false) { y, first, count in
            body(p + first, q + first, y, count)
        }
    }
}

/// Returns a tensor of the shape of three operands that `body` writes, range by range.
package func kernelPass<Scalar: TensorScalar>(
    reading a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ c: Tensor<Scalar>,
    minimumChunk: Int = parallelThreshold,
    _ body: (
        UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>,
        UnsafeMutablePointer<Scalar>, Int
    ) -> Void
) -> Tensor<Scalar> {
    let (a, b, c) = (a.contiguous(), b.contiguous(), c.contiguous())
    let (p, q, r) = (a.pointer, b.pointer, c.pointer)
    return withExtendedLifetime((a, b, c)) {
        written(a.shape, minimumChunk, false) { y, first, count in
            body(p + first, q + first, r + first, y, count)
        }
    }
}

private func written<Scalar: TensorScalar>(
    _ shape: Shape, _ minimumChunk: Int, _ keepsDenormals: Bool,
    _ body: (UnsafeMutablePointer<Scalar>, _ first: Int, _ count: Int) -> Void
) -> Tensor<Scalar> {
    let result = Tensor<Scalar>(
        storage: Storage(count: shape.elementCount), layout: Layout(contiguous: shape))
    let y = result.pointer
    parallelChunks(
        count: result.count, minimumChunk: minimumChunk, keepsDenormals: keepsDenormals
    ) { range in
        body(y + range.lowerBound, range.lowerBound, range.count)
    }
    return result
}

extension Tensor {
    /// Returns a pointer to the first element for writing in place: copies first when the memory is
    /// shared or has gaps. Keep the tensor alive, and do not copy it, while the pointer is used.
    package mutating func writablePointer() -> UnsafeMutablePointer<Scalar> {
        withMutableScalars { _ in }
        return pointer
    }
}
