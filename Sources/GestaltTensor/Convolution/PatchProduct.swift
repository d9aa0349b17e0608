import CKernels

/// What happens to sums as they are stored.
struct Epilogue<Scalar: FloatingScalar> {
    var bias: UnsafePointer<Scalar>?
    var activation: FusedActivation = .none

    var isEmpty: Bool { bias == nil && activation == .none }

    /// Applies it to `rows` rows of `count` channels from `channel`, `step` elements apart.
    func finish(
        _ y: UnsafeMutablePointer<Scalar>, rows: Int, channel: Int, count: Int, step: Int
    ) {
        guard !isEmpty else { return }
        gk_finish_rows(
            Scalar.variant, y, rows, count, step, bias.map { $0 + channel },
            activation == .relu ? gk_relu_sums : gk_keep_sums)
    }
}

/// Patches of grids times their matrices, in tiles: patches copied, multiplied, finished and put
/// into place by one task while they are in its cache.
struct PatchProduct<Scalar: FloatingScalar> {
    let source: UnsafePointer<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    func run(_ parts: [(grid: PatchGrid, weight: PackedWeight<Scalar>)], plan: ConvolutionPlan) {
        let work = parts.reduce(0) { $0 + $1.grid.rows * $1.grid.patchLength * $1.grid.targetWidth }
        let threads = work < 1 << 19 ? 1 : Runtime.threads
        let tiles = parts.map {
            RowTiles($0.grid, wished: threads == 1 ? 1 << 20 : plan.tileRows, threads: threads)
        }
        // All phases make one list of tasks, so that none waits for another.
        var tasks: [(part: Int, tile: Int)] = []
        for part in parts.indices { tasks += (0..<tiles[part].count).map { (part, $0) } }
        parallelFor(tasks.count) { index in
            let task = tasks[index]
            let (grid, weight) = parts[task.part]
            compute(grid, weight, tiles[task.part][task.tile])
        }
    }

    private func compute(_ grid: PatchGrid, _ weight: PackedWeight<Scalar>, _ rows: Range<Int>) {
        let segments = grid.segments(of: rows)
        let terms = segments.count * grid.segmentLength
        let skipped = segments.lowerBound * grid.segmentLength * weight.rowStep
        let patches = grid.isPointwise ? nil : Storage<Scalar>(count: max(1, rows.count * terms))
        let results = grid.isDense
            ? nil : Storage<Scalar>(count: max(1, rows.count * grid.targetWidth))
        let (windows, placement) = (grid.windows, grid.placement)
        let width = MemoryLayout<Scalar>.stride
        for group in 0..<grid.groups {
            let channel = group * grid.targetWidth
            let image = source + group * grid.sourceWidth
            var a = image + rows.lowerBound * grid.sourceChannels
            if let patches {
                if terms > 0 { withUnsafePointer(to: windows) {
                    gk_gather_patches(
                        width, $0, image, rows.lowerBound, rows.count, segments.lowerBound,
                        segments.upperBound, patches.pointer)
                } }
                a = UnsafePointer(patches.pointer)
            }
            let y = results?.pointer
                ?? target + rows.lowerBound * grid.targetChannels + channel
            let step = results == nil ? grid.targetChannels : grid.targetWidth
            gemm(
                false, false, m: rows.count, n: grid.targetWidth, k: terms,
                a, lda: max(1, patches == nil ? grid.sourceChannels : terms),
                weight.group(group) + skipped, ldb: weight.rowStep, y, ldc: step)
            epilogue.finish(
                y, rows: rows.count, channel: channel, count: grid.targetWidth, step: step)
            if let results {
                withUnsafePointer(to: placement) {
                    gk_place_pixels(
                        width, $0, results.pointer, rows.lowerBound, rows.count, target + channel)
                }
            }
        }
        withExtendedLifetime((patches, results)) {}
    }
}
