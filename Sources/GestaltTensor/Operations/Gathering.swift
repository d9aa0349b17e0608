import CKernels
import GestaltChecks

/// Slices of an axis, selected by index.
struct Gather<Scalar: TensorScalar>: Operation {
    let indices: Tensor<Int32>
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        let (input, index) = (x[0].contiguous(), indices.contiguous())
        let (outer, n, inner) = input.shape.divided(at: axis)
        let m = index.count
        let shape = Shape(
            Array(input.shape[0..<axis]) + index.shape.dimensions
                + Array(input.shape[(axis + 1)...]))
        let (source, at) = (input.pointer, index.pointer)
        let value = Tensor<Scalar>(uninitialized: shape) { buffer in
            guard let target = buffer.baseAddress, !buffer.isEmpty else { return }
            parallelChunks(
                count: outer * m, minimumChunk: Swift.max(1, parallelThreshold / inner),
                alignment: 1
            ) { range in
                gk_gather(
                    Int32(MemoryLayout<Scalar>.stride), source, at, target, n, m, inner,
                    range.lowerBound, range.count)
            }
        }
        return withExtendedLifetime((input, index)) { (value, x[0].shape) }
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        var result = Tensor<Scalar>.zeros(shape)
        scatterAdd(cotangent, indices, axis, to: &result)
        return [result]
    }
}

/// Elements of an axis, selected by an index for every position.
struct GatherAlong<Scalar: TensorScalar>: Operation {
    let indices: Tensor<Int32>
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        let (input, index) = (x[0].contiguous(), indices.contiguous())
        let (outer, n, inner) = input.shape.divided(at: axis)
        let m = index.shape[axis]
        let (source, at) = (input.pointer, index.pointer)
        let value = Tensor<Scalar>(uninitialized: index.shape) { buffer in
            guard let target = buffer.baseAddress, !buffer.isEmpty else { return }
            parallelChunks(
                count: outer, minimumChunk: Swift.max(1, parallelThreshold / (m * inner)),
                alignment: 1
            ) { range in
                let first = range.lowerBound
                gk_gather_along(
                    Int32(MemoryLayout<Scalar>.stride), source + first * n * inner,
                    at + first * m * inner, target + first * m * inner, range.count, n, m, inner)
            }
        }
        return withExtendedLifetime((input, index)) { (value, x[0].shape) }
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        var result = Tensor<Scalar>.zeros(shape)
        let (g, index) = (cotangent.contiguous(), indices.contiguous())
        let (outer, n, inner) = shape.divided(at: axis)
        let m = index.shape[axis]
        guard g.count > 0 else { return [result] }
        let type = Scalar.kernelType
        let (source, at) = (g.pointer, index.pointer)
        result.withMutableScalars { buffer in
            let target = buffer.baseAddress!
            parallelChunks(
                count: outer, minimumChunk: Swift.max(1, parallelThreshold / (m * inner)),
                alignment: 1
            ) { range in
                let first = range.lowerBound
                gk_scatter_add_along(
                    type, source + first * m * inner, at + first * m * inner,
                    target + first * n * inner, range.count, n, m, inner)
            }
        }
        return withExtendedLifetime((g, index)) { [result] }
    }
}

/// A tensor with others added to slices of an axis.
struct ScatterAdd<Scalar: TensorScalar>: Operation {
    let indices: Tensor<Int32>
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        var result = x[0].copied()
        scatterAdd(x[1], indices, axis, to: &result)
        return (result, ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        let picked = Gather<Scalar>(indices: indices, axis: axis)
        return [
            needs[0] ? cotangent : nil,
            needs[1] ? picked.forward([cotangent], needs: .none).value : nil,
        ]
    }
}

/// Adds the slices of `updates` to the slices of `result` at `indices`, in their order.
///
/// Slabs are divided among the threads, and within them the rows of the result: each task reads all
/// indices and processes its own, so that the order of additions does not depend on the threads.
private func scatterAdd<Scalar: TensorScalar>(
    _ updates: Tensor<Scalar>, _ indices: Tensor<Int32>, _ axis: Int,
    to result: inout Tensor<Scalar>
) {
    let (x, index) = (updates.contiguous(), indices.contiguous())
    let (outer, n, inner) = result.shape.divided(at: axis)
    let m = index.count
    guard x.count > 0 else { return }
    let type = Scalar.kernelType
    let (source, at) = (x.pointer, index.pointer)
    result.withMutableScalars { buffer in
        let target = buffer.baseAddress!
        let slab = Swift.max(1, parallelThreshold / (m * inner))
        if outer >= Runtime.threads || x.count < 2 * parallelThreshold {
            parallelChunks(count: outer, minimumChunk: slab, alignment: 1) { range in
                let first = range.lowerBound
                gk_scatter_add(
                    type, source + first * m * inner, at, target + first * n * inner, range.count,
                    n, m, inner, 0, n)
            }
            return
        }
        parallelChunks(count: n, minimumChunk: 1, alignment: 1) { range in
            gk_scatter_add(
                type, source, at, target, outer, n, m, inner, range.lowerBound, range.upperBound)
        }
    }
    withExtendedLifetime((x, index)) {}
}

/// - Precondition: every index lies in 0 ..< length.
private func checkIndices(_ indices: Tensor<Int32>, below length: Int, _ name: StaticString) {
    guard indices.count > 0 else { return }
    let (low, high) = (indices.min().scalar, indices.max().scalar)
    require(
        low >= 0 && Int(high) < length,
        "\(name): indices from \(low) to \(high) into an axis of length \(length)")
}

extension Tensor {
    /// Returns the slices at `indices` along `axis`, which the axes of `indices` replace.
    /// `table.gathered(ids, axis: 0)` looks up rows of a table.
    /// - Precondition: every index lies inside the axis.
    public func gathered(_ indices: Tensor<Int32>, axis: Int) -> Tensor {
        let index = shape.resolved(axis)
        checkIndices(indices, below: shape[index], "gathered")
        return Gather(indices: indices, axis: index)(self)
    }

    /// Gathers elements with an index for every position:
    /// `result[…, j, …] = self[…, indices[…, j, …], …]`.
    /// - Precondition: `indices` has this shape except along `axis`; every index lies inside it.
    public func gatheredAlong(_ indices: Tensor<Int32>, axis: Int) -> Tensor {
        let index = shape.resolved(axis)
        var expected = shape
        if indices.rank == rank { expected[index] = indices.shape[index] }
        require(
            indices.shape == expected,
            "gatheredAlong: indices of shape \(indices.shape) along axis \(index) of \(shape)")
        checkIndices(indices, below: shape[index], "gatheredAlong")
        return GatherAlong(indices: indices, axis: index)(self)
    }
}

extension Tensor where Scalar: NumericScalar {
    /// Returns this tensor with each slice of `updates` added to the slice at the corresponding
    /// index along `axis`; repeated indices accumulate, in their order.
    /// - Precondition: `updates` has the shape of `gathered(indices, axis: axis)`.
    public func scatterAdded(
        _ updates: Tensor, at indices: Tensor<Int32>, axis: Int
    ) -> Tensor {
        let index = shape.resolved(axis)
        let expected = Shape(
            Array(shape[0..<index]) + indices.shape.dimensions + Array(shape[(index + 1)...]))
        require(
            updates.shape == expected,
            "scatterAdded: updates of shape \(updates.shape), expected \(expected)")
        checkIndices(indices, below: shape[index], "scatterAdded")
        return ScatterAdd(indices: indices, axis: index)(self, updates)
    }
}

extension Tensor<Int32> {
    /// Returns a one-hot encoding in a new last axis of length `depth`.
    /// - Precondition: every element lies in 0 ..< depth.
    public func oneHot<Result: NumericScalar>(
        depth: Int, of type: Result.Type = Float.self
    ) -> Tensor<Result> {
        checkIndices(self, below: depth, "oneHot")
        let index = contiguous()
        let ones = Tensor<Result>.ones(shape)
        return Tensor<Result>(uninitialized: shape.inserting(depth, axis: -1)) { buffer in
            fill(buffer, with: 0)
            guard let target = buffer.baseAddress else { return }
            withExtendedLifetime((index, ones)) {
                gk_place_rows(
                    Int32(MemoryLayout<Result>.stride), ones.pointer, index.pointer, target, count,
                    depth)
            }
        }
    }
}
