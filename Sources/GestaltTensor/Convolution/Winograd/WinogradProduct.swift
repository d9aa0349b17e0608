import CKernels

/// A convolution at the points of a tiling: tiles of the source are transformed, multiplied by the
/// weight point by point, transformed back, finished and stored.
struct WinogradProduct<Scalar: FloatingScalar> {
    let grid: PatchGrid
    let tiling: WinogradTiling
    let source: WinogradSource<Scalar>
    let weight: ConvolutionWeight<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>
    /// The energies measured in the same pass, if not nil: after reading the tiles, which
    /// prefetches.
    var energies: PixelEnergies<Scalar>?

    /// A weight above this is evicted from a core's cache while blocks of tiles are processed: then
    /// each point's matrix is read once, for all tiles.
    private static var largestWeightOfBlocks: Int { 8 << 20 }
    /// Some phases of the source are multiplied at a time, and the products added up, so that their
    /// weight, transformed again, is still in the last-level cache. A training step of a transposed
    /// convolution of 240 channels takes 0.93 of the time so, an eighth of the memory (Zen 4).
    private static var largestWeightOfPart: Int { 32 << 20 }
    /// The memory limits of the points of a block of tiles, and of those of all tiles processed at
    /// once.
    private static var blockByteCount: Int { 256 << 10 }
    private static var phaseByteCount: Int { 96 << 20 }
    /// Points above this are written past the caches.
    private static var largestCached: Int { 12 << 20 }

    func run() {
        defer { withExtendedLifetime(source) {} }
        let (all, byteCount) = (tiling.sources.count, WinogradWeight<Scalar>.byteCount(tiling))
        if byteCount <= Self.largestWeightOfBlocks {
            runByBlocks(WinogradPoints(tiling, phases: 0..<all, streams: false))
        } else {
            let length = max(1, Self.largestWeightOfPart / (byteCount / all))
            runByPhases(
                stride(from: 0, to: all, by: length).map { $0..<min(all, $0 + length) })
        }
    }

    /// Returns the weight of some phases of the source at the points.
    private func transformedWeight(_ phases: Range<Int>) -> WinogradWeight<Scalar> {
        .of(weight, grid, tiling: tiling, phases: phases)
    }

    /// Runs all three steps for a block of tiles per task, in its cache.
    private func runByBlocks(_ points: WinogradPoints<Scalar>) {
        let weight = transformedWeight(points.phases)
        let rows = Int(gk_panel_rows(Scalar.variant))
        let wished = Self.blockByteCount / points.byteCountOfTile / rows * rows
        let blocks = EvenParts(tiling.tiles, wished: min(max(wished, 2 * rows), 8 * rows))
        epilogue.moments?.begin(tasks: blocks.count)
        parallelFor(blocks.count) { task in
            let tiles = blocks[task]
            let from = points.sourceRows(tiles: tiles.count)
            let to = points.targetRows(tiles: tiles.count)
            points.expand(source, tiles, to: from)
            energies?.measure(tiles, of: tiling.tiles)
            for point in 0..<tiling.points {
                points.multiply(
                    from, weight, to: to, point: point, 0..<tiles.count)
            }
            points.contract(to, tiles, epilogue, task: task, to: target)
        }
    }

    /// Runs each step for all tiles before the next, a few phases of the source at a time.
    private func runByPhases(_ phases: [Range<Int>]) {
        let tileBytes = WinogradPoints<Scalar>(tiling, phases: phases[0], streams: false)
            .byteCountOfTile
        let chunks = EvenParts(
            tiling.tiles, wished: max(1, Self.phaseByteCount / tileBytes), threads: 1)
        let streams = chunks.longest * tileBytes > Self.largestCached
        let parts = phases.map { WinogradPoints<Scalar>(tiling, phases: $0, streams: streams) }
        let weights = chunks.count > 1 ? parts.map { transformedWeight($0.phases) } : []
        let tasks = EvenParts(chunks.longest, wished: 8).count
        epilogue.moments?.begin(tasks: chunks.count * tasks)
        for chunk in 0..<chunks.count {
            let tiles = chunks[chunk]
            let to = parts[0].targetRows(tiles: tiles.count)
            for (index, points) in parts.enumerated() {
                let weight =
                    chunks.count > 1 ? weights[index] : transformedWeight(points.phases)
                add(points, weight, tiles, to: to, isFirst: index == 0)
            }
            let slices = EvenParts(tiles.count, wished: 8)
            parallelFor(slices.count) { task in
                let slice = slices[task]
                parts[0].contract(
                    to, row: slice.lowerBound, slice.shifted(by: tiles.lowerBound), epilogue,
                    task: chunk * tasks + task, to: target)
            }
        }
    }

    /// Writes the contribution of some phases of the source to `tiles`, or adds it.
    private func add(
        _ points: WinogradPoints<Scalar>, _ weight: WinogradWeight<Scalar>, _ tiles: Range<Int>,
        to: WinogradPoints<Scalar>.Rows, isFirst: Bool
    ) {
        let from = points.sourceRows(tiles: tiles.count)
        let slices = EvenParts(tiles.count, wished: 8)
        parallelFor(slices.count) { task in
            let slice = slices[task]
            let present = slice.shifted(by: tiles.lowerBound)
            points.expand(source, present, to: from, row: slice.lowerBound)
            if isFirst { energies?.measure(present, of: tiling.tiles) }
        }
        let perPoint = (4 * Runtime.threads - 1) / tiling.points + 1
        let rows = EvenParts(tiles.count, wished: (tiles.count - 1) / perPoint + 1, threads: 1)
        parallelFor(tiling.points * rows.count) { task in
            points.multiply(
                from, weight, to: to, point: task / rows.count, rows[task % rows.count],
                adding: !isFirst)
        }
    }
}

/// 0 ..< total in parts of nearly equal length.
struct EvenParts {
    let total: Int
    let count: Int

    /// Creates parts of about `wished`; when they are few, an equal number per thread.
    init(_ total: Int, wished: Int, threads: Int = Runtime.threads) {
        self.total = total
        let parts = max(1, (total + wished - 1) / max(1, wished))
        count = min(
            max(1, total),
            parts < 4 * threads ? (parts + threads - 1) / threads * threads : parts)
    }

    var longest: Int { (total + count - 1) / count }

    subscript(index: Int) -> Range<Int> { total * index / count..<total * (index + 1) / count }
}

extension Range<Int> {
    func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
