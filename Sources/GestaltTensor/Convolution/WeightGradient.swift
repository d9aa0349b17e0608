import CKernels

/// The gradient of a convolution's weight: patches, transposed, times the cotangent.
///
/// Tasks are parts of the outputs, whose sums are added in order, or, when there are few outputs,
/// slices of the taps, which require no addition.
struct WeightGradient<Scalar: FloatingScalar> {
    let grid: PatchGrid
    let plan: ConvolutionPlan
    let input: UnsafePointer<Scalar>
    /// `[outputs, target channels]`.
    let cotangent: UnsafePointer<Scalar>

    /// Writes the gradient for the taps of the grid, `[taps, source width, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        let count = grid.patchLength * grid.targetChannels
        let tiles = RowTiles(grid, wished: plan.tileRows, threads: plan.rowParts)
        let parts = max(1, min(plan.rowParts, tiles.count))
        let slices = max(1, min(plan.tapSlices, grid.segments))
        let others = Storage<Scalar>(count: max(1, (parts - 1) * count))
        let start = others.pointer
        parallelFor(parts * slices) { task in
            let (part, slice) = (task / slices, task % slices)
            let taps = grid.segments * slice / slices..<grid.segments * (slice + 1) / slices
            let sums = part == 0 ? result : start + (part - 1) * count
            let length = grid.segmentLength * grid.targetChannels
            (sums + taps.lowerBound * length).clear(count: taps.count * length)
            for tile in tiles.count * part / parts..<tiles.count * (part + 1) / parts {
                add(tiles[tile], taps, sums)
            }
        }
        guard parts > 1 else { return }
        let variant = Scalar.variant
        parallelChunks(count: count, minimumChunk: parallelThreshold) { range in
            for part in 0..<parts - 1 {
                gk_accumulate(
                    variant, start + part * count + range.lowerBound, result + range.lowerBound,
                    range.count)
            }
        }
        withExtendedLifetime(others) {}
    }

    /// Adds the contribution of `rows` to the taps of the segments `slice`.
    private func add(
        _ rows: Range<Int>, _ slice: Range<Int>, _ sums: UnsafeMutablePointer<Scalar>
    ) {
        let segments = grid.segments(of: rows).clamped(to: slice)
        guard !segments.isEmpty else { return }
        let terms = segments.count * grid.segmentLength
        let patches = grid.isPointwise ? nil : Storage<Scalar>(count: rows.count * terms)
        let windows = grid.windows
        let first = sums + segments.lowerBound * grid.segmentLength * grid.targetChannels
        for group in 0..<grid.groups {
            let image = input + group * grid.sourceWidth
            let channel = group * grid.targetWidth
            if let patches {
                withUnsafePointer(to: windows) {
                    gk_gather_patches(
                        MemoryLayout<Scalar>.stride, $0, image, rows.lowerBound, rows.count,
                        segments.lowerBound, segments.upperBound, patches.pointer)
                }
            }
            gemm(
                true, false, m: terms, n: grid.targetWidth, k: rows.count,
                patches.map { UnsafePointer($0.pointer) }
                    ?? image + rows.lowerBound * grid.sourceChannels,
                lda: patches == nil ? grid.sourceChannels : terms,
                cotangent + rows.lowerBound * grid.targetChannels + channel,
                ldb: grid.targetChannels, beta: 1, first + channel, ldc: grid.targetChannels)
        }
        withExtendedLifetime(patches) {}
    }
}
