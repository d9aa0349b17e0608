import CKernels

/// The gradient of a convolution's weight at the points of a tiling: source and cotangent
/// transformed, multiplied tile by tile, the sums transformed back to taps.
///
/// The division into chunks follows from the geometry alone, and their sums are added in order: the
/// result does not depend on the number of threads.
struct WinogradGradient<Scalar: FloatingScalar> {
    let tiling: WinogradTiling
    let source: UnsafePointer<Scalar>
    /// `[outputs, target channels]`.
    let cotangent: UnsafePointer<Scalar>

    /// What the points of the tiles treated at once may take: as much as their sums, which each chunk
    /// reads and writes, so that few channels stay in the second-level cache and many do not pay more
    /// for their sums than for their tiles.
    private func chunkByteCount(_ points: WinogradPoints<Scalar>) -> Int {
        let sums = tiling.points * tiling.depth * points.targetStep * MemoryLayout<Scalar>.stride
        return min(max(sums, 2 << 20), 32 << 20)
    }

    /// Writes the gradient, `[taps, source width, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        var points = WinogradPoints<Scalar>(tiling, streams: false)
        let byteCount = chunkByteCount(points)
        if byteCount > 8 << 20 { points = WinogradPoints(tiling, streams: true) }
        let chunks = EvenParts(
            tiling.tiles, wished: max(1, byteCount / points.byteCountOfTile), threads: 1)
        let from = points.sourceRows(tiles: chunks.longest)
        let to = points.targetRows(tiles: chunks.longest)
        // A row for each source channel of each phase.
        let sums = points.targetRows(tiles: tiling.depth)
        let width = gk_panel_width(Scalar.variant)
        for chunk in 0..<chunks.count {
            let (tiles, points) = (chunks[chunk], points)
            let parts = EvenParts(tiles.count, wished: 8)
            parallelFor(parts.count) { task in
                let part = parts[task]
                let tiles = part.shifted(by: tiles.lowerBound)
                points.expand(source, tiles, to: from, row: part.lowerBound)
                points.expand(cotangent: cotangent, tiles, to: to, row: part.lowerBound)
            }
            let slices = (4 * Runtime.threads - 1) / tiling.points + 1
            let rows = EvenParts(tiling.depth, wished: (tiling.depth - 1) / slices + 1, threads: 1)
            parallelFor(tiling.points * rows.count) { task in
                let (point, range) = (task / rows.count, rows[task % rows.count])
                var product = gk_tile_product(
                    rows: range.count, columns: tiling.targetWidth, terms: tiles.count, a_row: 1,
                    a_term: from.step, b_row: to.step, panel_step: width, c_row: sums.step,
                    adds: chunk > 0 ? 1 : 0, pads: 1, streams: 0, band: gk_band_none, limit: 0)
                gk_multiply_tile(
                    Scalar.variant, &product, from.point(point) + range.lowerBound,
                    to.point(point), sums.point(point, row: range.lowerBound))
            }
        }
        contract(sums, to: result)
    }

    private func contract(
        _ sums: WinogradPoints<Scalar>.Rows, to result: UnsafeMutablePointer<Scalar>
    ) {
        let places = tiling.weights(rowStep: tiling.targetWidth)
        let rows = EvenParts(tiling.sourceWidth, wished: 16)
        parallelFor(places.count * rows.count) { task in
            let (phase, channels) = (task / rows.count, rows[task % rows.count])
            withUnsafePointer(to: places[phase]) {
                gk_winograd_contract(
                    Scalar.variant, gk_winograd_weight_gradient, $0,
                    sums.point(0, row: phase * tiling.sourceWidth + channels.lowerBound),
                    sums.step, sums.pointStep, channels.lowerBound, channels.count, nil, result,
                    tiling.targetWidth)
            }
        }
    }
}
