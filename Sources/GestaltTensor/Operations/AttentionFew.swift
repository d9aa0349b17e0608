import CKernels

/// The minimum number of multiplications per task.
private let taskWork = 1 << 17

/// Computes attention among few positions, in batches of tens of thousands (axial attention over a
/// video): one kernel call per part, no BLAS.
func attendFew<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>
) {
    let few = AttentionFew(geometry, x)
    withExtendedLifetime(x.tensors) { few.attend() }
}

/// Returns the gradients of attention among few positions, from the gradient `g` of the result.
func gradientsOfFew<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, _ g: Tensor<Scalar>,
    _ gradients: [Tensor<Scalar>]
) {
    let few = AttentionFew(geometry, x)
    withExtendedLifetime((x.tensors, g, gradients)) {
        few.findGradients(
            from: start(g), dq: start(gradients[0]), dk: start(gradients[1]),
            dv: start(gradients[2]))
    }
}

/// The loops over parts, on untyped memory: a part takes a microsecond or less, to which generic
/// code would add half as much.
private struct AttentionFew {
    let geometry: AttentionGeometry
    let variant: Int32
    /// The size of a scalar in bytes.
    let size: Int
    let query, key, value: UnsafeRawPointer
    let result, logSums: UnsafeMutableRawPointer

    init<Scalar: FloatingScalar>(_ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>) {
        self.geometry = geometry
        variant = Scalar.variant
        size = MemoryLayout<Scalar>.stride
        (query, key, value) = (
            UnsafeRawPointer(x.query), UnsafeRawPointer(x.key), UnsafeRawPointer(x.value)
        )
        result = UnsafeMutableRawPointer(x.result)
        logSums = UnsafeMutableRawPointer(x.logSums)
    }

    func attend() {
        eachPart(scratch: geometry.queries * geometry.keys, passes: 2) { index, scratch in
            let offsets = geometry.offsets(at: index)
            var shape = geometry.kernelShape
            var visible = geometry.visible(offsets)
            gk_attention_few(
                variant, &shape, &visible, query + offsets[.query] * size,
                key + offsets[.key] * size, value + offsets[.value] * size,
                result + offsets[.result] * size, logSums + index * geometry.queries * size,
                scratch)
        }
    }

    func findGradients(
        from gradient: UnsafeMutableRawPointer, dq: UnsafeMutableRawPointer,
        dk: UnsafeMutableRawPointer, dv: UnsafeMutableRawPointer
    ) {
        let dense = geometry.denseSteps
        let steps = [dense.query, dense.key, dense.value]
        eachPart(scratch: 2 * geometry.queries * geometry.keys, passes: 5) { index, scratch in
            let offsets = geometry.offsets(at: index)
            var shape = geometry.kernelShape
            var visible = geometry.visible(offsets)
            gk_attention_few_gradients(
                variant, &shape, &visible, query + offsets[.query] * size,
                key + offsets[.key] * size, value + offsets[.value] * size,
                gradient + offsets[.result] * size, logSums + index * geometry.queries * size,
                steps, dq + offsets[.queryGradient] * size, dk + offsets[.keyGradient] * size,
                dv + offsets[.valueGradient] * size, scratch)
        }
    }

    /// Runs `body` for every part of the batch, in parallel, with scratch memory for `count`
    /// scalars.
    private func eachPart(
        scratch count: Int, passes: Int, _ body: (Int, UnsafeMutableRawPointer) -> Void
    ) {
        let work =
            passes * geometry.queries * max(geometry.keys, 1)
            * max(geometry.width, geometry.valueWidth)
        parallelChunks(
            count: geometry.count, minimumChunk: max(1, taskWork / work), alignment: 1
        ) { range in
            withUnsafeTemporaryAllocation(byteCount: max(count, 1) * size, alignment: 64) {
                for index in range { body(index, $0.baseAddress!) }
            }
        }
    }
}
