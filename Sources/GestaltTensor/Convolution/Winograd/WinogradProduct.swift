import CKernels

/// A convolution at the points of a tiling: tiles of the source are transformed, multiplied by the
/// weight point by point, transformed back, finished and put into place.
struct WinogradProduct<Scalar: FloatingScalar> {
    let tiling: WinogradTiling
    let source: UnsafePointer<Scalar>
    let weight: WinogradWeight<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    /// A weight above this does not stay within a core's reach while blocks of tiles pass by: then
    /// each point's matrix is read once, for all tiles.
    private static var largestWeightOfBlocks: Int { 8 << 20 }
    /// What the points of a block of tiles may take, and those of all tiles treated at once.
    private static var blockByteCount: Int { 256 << 10 }
    private static var phaseByteCount: Int { 96 << 20 }

    func run() {
        if WinogradWeight<Scalar>.byteCount(tiling) <= Self.largestWeightOfBlocks {
            runByBlocks(WinogradPoints(tiling, streams: false))
        } else {
            runByPhases(WinogradPoints(tiling, streams: true))
        }
    }

    /// Each task takes a block of tiles through all three steps, in its cache.
    private func runByBlocks(_ points: WinogradPoints<Scalar>) {
        let rows = Int(gk_panel_rows(Scalar.variant))
        let wished = Self.blockByteCount / points.byteCountOfTile / rows * rows
        let blocks = EvenParts(tiling.tiles, wished: min(max(wished, 2 * rows), 8 * rows))
        parallelFor(blocks.count) { task in
            let tiles = blocks[task]
            let from = points.sourceRows(tiles: tiles.count)
            let to = points.targetRows(tiles: tiles.count)
            points.expand(source, tiles, to: from)
            for point in 0..<tiling.points {
                points.multiply(
                    from, weight, to: to, point: point, 0..<tiles.count)
            }
            points.contract(to, tiles, epilogue, to: target)
        }
    }

    /// Each step for all tiles before the next.
    private func runByPhases(_ points: WinogradPoints<Scalar>) {
        let chunks = EvenParts(
            tiling.tiles, wished: max(1, Self.phaseByteCount / points.byteCountOfTile), threads: 1)
        let from = points.sourceRows(tiles: chunks.longest)
        let to = points.targetRows(tiles: chunks.longest)
        for chunk in 0..<chunks.count {
            let tiles = chunks[chunk]
            let parts = EvenParts(tiles.count, wished: 8)
            parallelFor(parts.count) { task in
                let part = parts[task]
                points.expand(
                    source, part.shifted(by: tiles.lowerBound), to: from, row: part.lowerBound)
            }
            let slices = (4 * Runtime.threads - 1) / tiling.points + 1
            let rows = EvenParts(tiles.count, wished: (tiles.count - 1) / slices + 1, threads: 1)
            parallelFor(tiling.points * rows.count) { task in
                points.multiply(
                    from, weight, to: to, point: task / rows.count, rows[task % rows.count])
            }
            parallelFor(parts.count) { task in
                let part = parts[task]
                points.contract(
                    to, row: part.lowerBound, part.shifted(by: tiles.lowerBound), epilogue,
                    to: target)
            }
        }
    }
}

/// 0 ..< total in parts of nearly equal length.
struct EvenParts {
    let total: Int
    let count: Int

    /// Parts of about `wished`; when they are few, as many for one thread as for the next.
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
