import CKernels

/// Multiplications a task should at least have.
private let taskWork = 1 << 17

/// Attention among few positions, in batches of tens of thousands (axial attention over a video):
/// one call of a kernel a part, no call of BLAS.
func attendFew<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>
) {
    let variant = Scalar.variant
    var shape = geometry.kernelShape
    eachPart(geometry, scratch: geometry.queries * geometry.keys, passes: 2) {
        (index, scratch: UnsafeMutablePointer<Scalar>) in
        var visible = geometry.visible(index)
        gk_attention_few(
            variant, &shape, &visible, x.query + geometry.offset(.query, at: index),
            x.key + geometry.offset(.key, at: index), x.value + geometry.offset(.value, at: index),
            x.result + geometry.offset(.result, at: index), x.logSums + index * geometry.queries,
            scratch)
    }
}

/// The gradients of that, from the gradient `g` of the result.
func gradientsOfFew<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, _ g: Tensor<Scalar>,
    _ gradients: [Tensor<Scalar>]
) {
    let variant = Scalar.variant
    var shape = geometry.kernelShape
    let steps = [geometry.denseSteps.query, geometry.denseSteps.key, geometry.denseSteps.value]
    let (dq, dk, dv) = (start(gradients[0]), start(gradients[1]), start(gradients[2]))
    let gradient = start(g)
    withExtendedLifetime((g, gradients)) {
        eachPart(geometry, scratch: 2 * geometry.queries * geometry.keys, passes: 5) {
            (index, scratch: UnsafeMutablePointer<Scalar>) in
            var visible = geometry.visible(index)
            gk_attention_few_gradients(
                variant, &shape, &visible, x.query + geometry.offset(.query, at: index),
                x.key + geometry.offset(.key, at: index),
                x.value + geometry.offset(.value, at: index),
                gradient + geometry.offset(.result, at: index),
                x.logSums + index * geometry.queries, steps,
                dq + geometry.offset(.queryGradient, at: index),
                dk + geometry.offset(.keyGradient, at: index),
                dv + geometry.offset(.valueGradient, at: index), scratch)
        }
    }
}

/// Runs `body` for every part of the batch, in parallel, with `scratch` scalars to itself.
private func eachPart<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, scratch count: Int, passes: Int,
    _ body: (Int, UnsafeMutablePointer<Scalar>) -> Void
) {
    let work =
        passes * geometry.queries * max(geometry.keys, 1)
        * max(geometry.width, geometry.valueWidth)
    parallelChunks(
        count: geometry.count, minimumChunk: max(1, taskWork / work), alignment: 1
    ) { range in
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: max(count, 1)) { scratch in
            for index in range { body(index, scratch.baseAddress!) }
        }
    }
}
