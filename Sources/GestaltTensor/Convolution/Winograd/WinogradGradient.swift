import CKernels

/// The gradient of a convolution's weight at the points of a tiling: source and cotangent
/// transformed, multiplied tile by tile, the sums transformed back to taps.
///
/// The division follows from the geometry and the width of vectors, and sums are added in order:
/// the result does not depend on the number of threads.
struct WinogradGradient<Scalar: FloatingScalar> {
    let tiling: WinogradTiling
    let source: WinogradSource<Scalar>
    /// `[outputs, target channels]`.
    let cotangent: UnsafePointer<Scalar>
    /// The energies of both operands, measured in the same pass.
    let energies: GradientEnergies<Scalar>

    /// Sums above this are evicted from the caches while chunks of tiles are processed: each slice
    /// of the source's channels may then have separate sums, which live as long as its task.
    private static var largestSums: Int { 16 << 20 }
    /// The memory limit of the cotangent's tiles, which all slices read.
    private static var largestCotangent: Int { 64 << 20 }

    /// Writes the gradient, `[taps, source width, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        defer { withExtendedLifetime(source) {} }
        let points = makePoints(streams: false)
        let pointBytes = tiling.points * points.targetStep * MemoryLayout<Scalar>.stride
        let chunkBytes = chunkByteCount(sums: tiling.depth * pointBytes)
        let chunks = (tiling.tiles * points.byteCountOfTile - 1) / chunkBytes + 1
        // Points are written and read, sums read and written by each chunk.
        let traffic =
            2 * (tiling.tiles * points.byteCountOfTile + chunks * tiling.depth * pointBytes)
        let blocks = WinogradGradientBlocks(
            tiling: tiling, source: source, cotangent: cotangent, energies: energies)
        if let blocks, blocks.traffic < traffic { return blocks.run(result) }
        // Each slice reads the cotangent's tiles; each chunk reads and writes the sums.
        if tiling.depth * pointBytes > Self.largestSums,
            tiling.tiles * pointBytes <= Self.largestCotangent,
            tiling.tiles <= 2 * Self.channelsOfSlice * chunks
        {
            runBySlices(points, result)
        } else {
            runByChunks(of: chunkBytes, result)
        }
    }

    /// Returns the memory limit of the points of the tiles processed at once: twice their sums, so
    /// that few channels stay in the second-level cache and the sums of many do not cost more than
    /// their tiles.
    private func chunkByteCount(sums: Int) -> Int { min(max(2 * sums, 2 << 20), 32 << 20) }

    private func makePoints(streams: Bool) -> WinogradPoints<Scalar> {
        WinogradPoints(tiling, phases: 0..<tiling.sources.count, streams: streams)
    }

    /// Runs all three steps for some channels of one phase of the source per task.
    private func runBySlices(
        _ points: WinogradPoints<Scalar>, _ result: UnsafeMutablePointer<Scalar>
    ) {
        let to = points.targetRows(tiles: tiling.tiles)
        let parts = EvenParts(tiling.tiles, wished: 8)
        parallelFor(parts.count) { task in
            let tiles = parts[task]
            points.expand(
                cotangent: cotangent, 0..<tiling.targetWidth, tiles, to: to, row: tiles.lowerBound)
            energies.measure(tiles, of: tiling.tiles)
        }
        let places = tiling.weights(rowStep: tiling.targetWidth)
        let slices = EvenParts(tiling.sourceWidth, wished: Self.channelsOfSlice, threads: 1)
        parallelFor(places.count * slices.count) { task in
            let (phase, channels) = (task / slices.count, slices[task % slices.count])
            let from = points.expanded(source, phase: phase, channels)
            let sums = points.targetRows(tiles: channels.count)
            for point in 0..<tiling.points {
                points.multiply(
                    from, to, rows: 0..<channels.count, columns: tiling.targetWidth,
                    terms: tiling.tiles, point, to: sums)
            }
            points.contract(
                sums, row: 0, channels, places[phase], 0..<tiling.targetWidth, to: result)
        }
    }

    /// One cache line: few enough channels for their sums to stay in the second level. 64 bytes
    /// take 24 ms for 240 to 240 channels at 8 phases, 128 take 30, 256 take 36 (Zen 4).
    private static var channelsOfSlice: Int { 64 / MemoryLayout<Scalar>.stride }

    /// Runs all channels, some tiles at a time, which add to the same sums.
    private func runByChunks(of byteCount: Int, _ result: UnsafeMutablePointer<Scalar>) {
        var points = makePoints(streams: false)
        if byteCount > 8 << 20 { points = makePoints(streams: true) }
        let chunks = EvenParts(
            tiling.tiles, wished: max(1, byteCount / points.byteCountOfTile), threads: 1)
        let from = points.sourceRows(tiles: chunks.longest)
        let to = points.targetRows(tiles: chunks.longest)
        // A row for each source channel of each phase.
        let sums = points.targetRows(tiles: tiling.depth)
        for chunk in 0..<chunks.count {
            let (tiles, points) = (chunks[chunk], points)
            let parts = EvenParts(tiles.count, wished: 8)
            parallelFor(parts.count) { task in
                let part = parts[task]
                let tiles = part.shifted(by: tiles.lowerBound)
                points.expand(source, tiles, to: from, row: part.lowerBound)
                points.expand(
                    cotangent: cotangent, 0..<tiling.targetWidth, tiles, to: to,
                    row: part.lowerBound)
                energies.measure(tiles, of: tiling.tiles)
            }
            let slices = (4 * Runtime.threads - 1) / tiling.points + 1
            let rows = EvenParts(tiling.depth, wished: (tiling.depth - 1) / slices + 1, threads: 1)
            parallelFor(tiling.points * rows.count) { task in
                let (point, range) = (task / rows.count, rows[task % rows.count])
                points.multiply(
                    from, to, rows: range, columns: tiling.targetWidth, terms: tiles.count, point,
                    to: sums, adding: chunk > 0)
            }
        }
        let places = tiling.weights(rowStep: tiling.targetWidth)
        let parts = EvenParts(tiling.sourceWidth, wished: 16)
        parallelFor(places.count * parts.count) { task in
            let (phase, channels) = (task / parts.count, parts[task % parts.count])
            let row = phase * tiling.sourceWidth + channels.lowerBound
            points.contract(
                sums, row: row, channels, places[phase], 0..<tiling.targetWidth, to: result)
        }
    }
}
