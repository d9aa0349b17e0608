import GestaltChecks
import GestaltTensor

extension Tensor<Float> {
    /// Moves channels to cells: channel `((b_t·2 + b_h)·2 + b_w)·C + c` of cell (t, h, w) becomes
    /// channel c of frame `t·s + b_t`, row `2h + b_h`, column `2w + b_w`.
    ///
    /// - Shapes: `[N, t, h, w, s·4·C]` to `[N, s·t, 2h, 2w, C]`.
    /// - Parameter timeStride: s.
    /// - Precondition: rank 5, and channels that `4·s` divides.
    package func depthToSpace(timeStride: Int) -> Tensor {
        require(
            rank == 5 && shape[4] % (4 * timeStride) == 0,
            "depthToSpace: \(shape) with blocks of \(timeStride)×2×2")
        let (n, t, h, w) = (shape[0], shape[1], shape[2], shape[3])
        let channels = shape[4] / (4 * timeStride)
        return reshaped([n, t, h, w, timeStride, 2, 2, channels])
            .permuted([0, 1, 4, 2, 5, 3, 6, 7])
            .reshaped([n, t * timeStride, 2 * h, 2 * w, channels])
    }
}
