import CKernels

/// Writes the elements of `source` to `target` in row-major order.
package func copyElements<Scalar>(
    from source: Tensor<Scalar>, to target: UnsafeMutablePointer<Scalar>
) {
    copyElements(from: source, to: target, layout: Layout(contiguous: source.shape))
}

/// Writes the elements of `source` to `target` at the positions of `layout`, of the same shape.
package func copyElements<Scalar>(
    from source: Tensor<Scalar>, to target: UnsafeMutablePointer<Scalar>, layout: Layout
) {
    let shape = source.shape
    guard shape.elementCount > 0 else { return }
    let rank = shape.rank
    var lengths = InlineArray<8, Int>(repeating: 1)
    for axis in 0..<rank { lengths[axis] = shape[axis] }
    let fromSteps = source.layout.strides
    let toSteps = layout.strides
    let from = source.storage.pointer + source.layout.offset
    let to = target + layout.offset
    let outer = rank > 0 ? lengths[0] : 1
    withExtendedLifetime(source) {
        guard outer > 1, shape.elementCount >= 1 << 16 else {
            copy(rank, lengths, from, fromSteps, to, toSteps)
            return
        }
        parallelChunks(count: outer, minimumChunk: 1, alignment: 1) { range in
            var part = lengths
            part[0] = range.count
            copy(
                rank, part, from + range.lowerBound * fromSteps[0], fromSteps,
                to + range.lowerBound * toSteps[0], toSteps)
        }
    }
}

private func copy<Scalar>(
    _ rank: Int, _ lengths: InlineArray<8, Int>,
    _ from: UnsafeMutablePointer<Scalar>, _ fromSteps: InlineArray<8, Int>,
    _ to: UnsafeMutablePointer<Scalar>, _ toSteps: InlineArray<8, Int>
) {
    lengths.span.withUnsafeBufferPointer { lengths in
        fromSteps.span.withUnsafeBufferPointer { fromSteps in
            toSteps.span.withUnsafeBufferPointer { toSteps in
                gk_copy_strided(
                    Int32(MemoryLayout<Scalar>.stride), Int32(rank), lengths.baseAddress!,
                    from, fromSteps.baseAddress!, to, toSteps.baseAddress!)
            }
        }
    }
}

/// Writes `value` to every element.
package func fill<Scalar: TensorScalar>(
    _ target: UnsafeMutableBufferPointer<Scalar>, with value: Scalar
) {
    guard let start = target.baseAddress else { return }
    parallelChunks(count: target.count, minimumChunk: 1 << 17) { range in
        withUnsafePointer(to: value) { value in
            gk_fill(
                Int32(MemoryLayout<Scalar>.stride), value, start + range.lowerBound, range.count)
        }
    }
}

extension UnsafeMutablePointer where Pointee: FloatingScalar {
    /// Writes zeros, as bytes: a fill in generic code requests the type's metadata for every
    /// element.
    func clear(count: Int) {
        UnsafeMutableRawPointer(self).initializeMemory(
            as: UInt8.self, repeating: 0, count: count * MemoryLayout<Pointee>.stride)
    }
}
