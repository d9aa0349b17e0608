import CKernels

/// Patches of grids times their matrices, in tiles: patches copied, multiplied, finished and stored
/// by one task while they are in its cache.
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
        // All phases form one list of tasks, so that none waits for another.
        var tasks: [(part: Int, tile: Int)] = []
        for part in parts.indices { tasks += (0..<tiles[part].count).map { (part, $0) } }
        let products = parts.map { RowProduct($0.weight, $0.grid) }
        epilogue.moments?.begin(tasks: tasks.count)
        parallelFor(tasks.count) { index in
            let task = tasks[index]
            compute(
                parts[task.part].grid, products[task.part], tiles[task.part][task.tile],
                task: index)
        }
    }

    private func compute(
        _ grid: PatchGrid, _ product: RowProduct<Scalar>, _ rows: Range<Int>, task: Int
    ) {
        let segments = grid.segments(of: rows)
        let terms = segments.count * grid.segmentLength
        let patches = grid.isPointwise ? nil : Storage<Scalar>(count: max(1, rows.count * terms))
        let results =
            grid.isDense ? nil : Storage<Scalar>(count: max(1, rows.count * grid.targetWidth))
        let step = results == nil ? grid.targetChannels : grid.targetWidth
        for group in 0..<grid.groups {
            let channel = group * grid.targetWidth
            let image = source + group * grid.sourceWidth
            if let patches { gather(grid, image, rows, segments, patches.pointer) }
            let y =
                results?.pointer ?? target + rows.lowerBound * grid.targetChannels + channel
            product.run(
                rows: rows.count, terms: terms, from: segments.lowerBound * grid.segmentLength,
                group: group,
                patches.map { UnsafePointer($0.pointer) }
                    ?? image + rows.lowerBound * grid.sourceChannels,
                step: max(1, patches == nil ? grid.sourceChannels : terms), to: y,
                targetStep: step)
            epilogue.finish(
                y, rows: rows.count, channel: channel, count: grid.targetWidth, step: step)
            epilogue.moments?.add(y, rows: rows.count, task: task)
            if let results { place(grid, results.pointer, rows, target + channel) }
        }
        withExtendedLifetime((patches, results)) {}
    }

    private func gather(
        _ grid: PatchGrid, _ image: UnsafePointer<Scalar>, _ rows: Range<Int>,
        _ segments: Range<Int>, _ patches: UnsafeMutablePointer<Scalar>
    ) {
        guard !segments.isEmpty else { return }
        withUnsafePointer(to: grid.windows) {
            gk_gather_patches(
                MemoryLayout<Scalar>.stride, $0, image, rows.lowerBound, rows.count,
                segments.lowerBound, segments.upperBound, patches)
        }
    }

    private func place(
        _ grid: PatchGrid, _ results: UnsafePointer<Scalar>, _ rows: Range<Int>,
        _ image: UnsafeMutablePointer<Scalar>
    ) {
        withUnsafePointer(to: grid.placement) {
            gk_place_pixels(
                MemoryLayout<Scalar>.stride, $0, results, rows.lowerBound, rows.count, image)
        }
    }
}
