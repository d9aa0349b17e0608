import CKernels

/// The gradient of a weight whose sums are few: each task has separate sums, for some channels of
/// the target and some of the tiles, and goes through its tiles in blocks. Sums and block stay in
/// the second level of the cache, and tasks wait for each other only at the end.
///
/// The division follows from the geometry and the width of vectors, and sums of parts of the tiles
/// are added in order: the result does not depend on the number of threads.
struct WinogradGradientBlocks<Scalar: FloatingScalar> {
    private typealias Rows = WinogradPoints<Scalar>.Rows

    private let tiling: WinogradTiling
    private let source: WinogradSource<Scalar>
    private let cotangent: UnsafePointer<Scalar>
    private let energies: GradientEnergies<Scalar>
    private let points: WinogradPoints<Scalar>
    /// Channels of a slice of the target; the last may have fewer.
    private let sliceWidth: Int
    private let slices: Int
    /// Parts of the tiles, and tiles of a block.
    private let parts: EvenParts
    private let blockTiles: Int

    /// The limits in bytes of a task's sums: over all channels of the target, and over a slice.
    /// Together with a block they fill a second level of 1 MiB.
    private static var largestSums: Int { 640 << 10 }
    private static var largestSlice: Int { 400 << 10 }
    /// The memory limit of the points of a block.
    private static var largestBlock: Int { 384 << 10 }
    /// The memory limit of the source's tiles that every slice of the target reads.
    private static var largestSource: Int { 8 << 20 }
    private static var fewestTasks: Int { 8 }

    /// Bytes that pass through the shared caches.
    let traffic: Int

    /// Creates the division; nil when even the sums of one vector of channels exceed the limit.
    ///
    /// - Parameter cotangent: `[outputs, target channels]`.
    init?(
        tiling: WinogradTiling, source: WinogradSource<Scalar>, cotangent: UnsafePointer<Scalar>,
        energies: GradientEnergies<Scalar>
    ) {
        (self.tiling, self.source, self.cotangent) = (tiling, source, cotangent)
        self.energies = energies
        points = WinogradPoints(tiling, phases: 0..<tiling.sources.count, streams: false)
        let lanes = WinogradPoints<Scalar>.lanes
        let pointBytes = tiling.points * MemoryLayout<Scalar>.stride
        let vectorSums = tiling.depth * pointBytes * lanes
        let all = points.targetStep / lanes
        let vectors = all * vectorSums <= Self.largestSums ? all : Self.largestSlice / vectorSums
        guard vectors > 0 else { return nil }
        slices = (all - 1) / vectors + 1
        sliceWidth = ((all - 1) / slices + 1) * lanes
        let sourceBytes = tiling.tiles * pointBytes * points.sourceStep
        guard slices == 1 || sourceBytes <= Self.largestSource else { return nil }
        let wanted = min((Self.fewestTasks - 1) / slices + 1, max(1, tiling.tiles / 8))
        parts = EvenParts(tiling.tiles, wished: (tiling.tiles - 1) / wanted + 1, threads: 1)
        let blockWidth = sliceWidth + (slices == 1 ? points.sourceStep : 0)
        blockTiles = min(parts.longest, max(1, Self.largestBlock / (pointBytes * blockWidth)))
        let sums = tiling.depth * pointBytes * points.targetStep
        traffic = (slices > 1 ? (1 + slices) * sourceBytes : 0) + 2 * parts.count * sums
    }

    /// Writes the gradient, `[taps, source sliceWidth, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        let shared = slices > 1 ? expandedSource() : nil
        let sums = (0..<slices * parts.count).map { _ in
            Rows(tiles: tiling.depth, step: sliceWidth, points: tiling.points)
        }
        parallelFor(sums.count) { task in
            add(parts[task / slices], channels(task % slices), shared, to: sums[task])
        }
        addUp(sums)
        let places = tiling.weights(rowStep: tiling.targetWidth)
        let sources = EvenParts(tiling.sourceWidth, wished: 16)
        parallelFor(places.count * sources.count * slices) { task in
            let (pair, slice) = (task / slices, task % slices)
            let (phase, rows) = (pair / sources.count, sources[pair % sources.count])
            points.contract(
                sums[slice], row: phase * tiling.sourceWidth + rows.lowerBound, rows,
                places[phase], channels(slice), to: result)
        }
    }

    /// Adds the sums of the remaining parts to those of the first.
    private func addUp(_ sums: [Rows]) {
        let pieces = EvenParts(sums[0].count, wished: sums[0].count / 8, threads: 1)
        parallelFor(parts.count > 1 ? slices * pieces.count : 0) { task in
            let (slice, piece) = (task / pieces.count, pieces[task % pieces.count])
            for part in 1..<parts.count {
                gk_accumulate(
                    Scalar.variant, sums[part * slices + slice].point(0) + piece.lowerBound,
                    sums[slice].point(0) + piece.lowerBound, piece.count)
            }
        }
    }

    private func channels(_ slice: Int) -> Range<Int> {
        slice * sliceWidth..<min(tiling.targetWidth, (slice + 1) * sliceWidth)
    }

    private func expandedSource() -> Rows {
        let rows = points.sourceRows(tiles: tiling.tiles)
        let parts = EvenParts(tiling.tiles, wished: 8)
        parallelFor(parts.count) { task in
            points.expand(source, parts[task], to: rows, row: parts[task].lowerBound)
        }
        return rows
    }

    /// Adds the sums over some tiles. Without `shared` source points a block computes its own.
    private func add(_ tiles: Range<Int>, _ channels: Range<Int>, _ shared: Rows?, to sums: Rows) {
        let from = shared ?? points.sourceRows(tiles: blockTiles)
        let to = Rows(tiles: blockTiles, step: sliceWidth, points: tiling.points)
        for start in stride(from: tiles.lowerBound, to: tiles.upperBound, by: blockTiles) {
            let present = start..<min(tiles.upperBound, start + blockTiles)
            if shared == nil { points.expand(source, present, to: from) }
            points.expand(cotangent: cotangent, channels, present, to: to)
            // Each part of the tiles is visited once per slice of the target.
            if channels.lowerBound == 0 { energies.measure(present, of: tiling.tiles) }
            for point in 0..<tiling.points {
                points.multiply(
                    from, row: shared == nil ? 0 : start, to, rows: 0..<tiling.depth,
                    columns: channels.count, terms: present.count, point, to: sums,
                    adding: start > tiles.lowerBound)
            }
        }
    }
}
