/// The gradient of a convolution's weight, tap by tap: the products of the inputs of a tap, line by
/// line, with the cotangent at the same positions only.
///
/// Slower than patches, whose zeros outside of the image would spread a non-finite cotangent to
/// taps that do not overlap it. Each task owns its taps: the order of sums is fixed.
struct TapGradient<Scalar: FloatingScalar> {
    /// Without groups.
    let grid: PatchGrid
    let input: UnsafePointer<Scalar>
    /// `[outputs, target channels]`.
    let cotangent: UnsafePointer<Scalar>

    /// Writes the gradient for the taps of the grid, `[taps, source width, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        let (width, channels) = (grid.sourceWidth, grid.targetChannels)
        let (t, h, w) = (grid.axes[0], grid.axes[1], grid.axes[2])
        parallelFor(t.taps * h.taps * w.taps) { tap in
            let sums = result + tap * width * channels
            sums.clear(count: width * channels)
            let columns = w.outputs(meeting: tap % w.taps)
            guard !columns.isEmpty else { return }
            for image in 0..<grid.batch {
                for plane in t.outputs(meeting: tap / w.taps / h.taps) {
                    for line in h.outputs(meeting: tap / w.taps % h.taps) {
                        let output =
                            ((image * t.outputs + plane) * h.outputs + line) * w.outputs
                            + columns.lowerBound
                        let pixel =
                            ((image * t.input + t.place(plane, tap / w.taps / h.taps)) * h.input
                                + h.place(line, tap / w.taps % h.taps)) * w.input
                            + w.place(columns.lowerBound, tap % w.taps)
                        gemm(
                            true, false, m: width, n: channels, k: columns.count,
                            input + pixel * width, lda: w.step * width,
                            cotangent + output * channels, ldb: channels, beta: 1, sums,
                            ldc: channels)
                    }
                }
            }
        }
    }
}

extension PatchGrid.Axis {
    /// Returns the input of output `q` at a tap.
    fileprivate func place(_ q: Int, _ tap: Int) -> Int { q * step + offset + tap * spacing }

    /// Returns the outputs whose input at a tap is not padding.
    fileprivate func outputs(meeting tap: Int) -> Range<Int> {
        let start = offset + tap * spacing
        let first = start >= 0 ? 0 : (step - 1 - start) / step
        let end = start < input ? (input - start - 1) / step + 1 : 0
        return first..<max(first, min(outputs, end))
    }
}
