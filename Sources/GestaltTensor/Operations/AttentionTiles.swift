import CKernels

/// The numbers of queries and keys of a tile. Measured with 4096 positions of width 144 on a Zen 3
/// with 512 KiB of second-level cache: 96 × 256 take 0.96 of the time of 96 × 128 or 192 × 128, 0.9
/// of 48 × 256.
enum AttentionTile {
    static let queries = 96
    static let keys = 256
    /// The number of keys in a backward pass, whose keys and values are in that cache in five
    /// forms.
    static let gradientKeys = 128
}

/// Computes attention by tiles of scores, with the running form of softmax: the largest score and
/// the sum so far, the result rescaled when the largest grows.
///
/// Keys and values are packed once. A task is a tile of queries of one part, or a part, which it
/// packs itself, when there are many: at most one part per running task is packed at a time.
func attendByTiles<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>
) {
    let tiles = geometry.queryTiles
    withExtendedLifetime(x.tensors) {
        if geometry.count >= partsPerThread * Runtime.threads {
            parallelFor(geometry.count) { part in
                let pass = TilePass(geometry, x, parts: 1)
                pass.pack(part, 0..<geometry.keys, at: 0)
                for tile in tiles { pass.attend(part, at: 0, queries: tile) }
            }
            return
        }
        let pass = TilePass(geometry, x, parts: geometry.count)
        let stretches = (geometry.keys - 1) / keysPacked + 1
        parallelFor(geometry.count * stretches) { task in
            let (part, first) = (task / stretches, task % stretches * keysPacked)
            pass.pack(part, first..<min(geometry.keys, first + keysPacked), at: part)
        }
        // The last tiles of a causal attention have the most keys: they run first.
        parallelFor(geometry.count * tiles.count) { task in
            let (part, tile) = (task % geometry.count, tiles.count - 1 - task / geometry.count)
            pass.attend(part, at: part, queries: tiles[tile])
        }
    }
}

/// The number of parts per thread from which on a task processes a whole part: the other threads
/// then idle for at most an eighth of the time.
private let partsPerThread = 8
/// The number of keys packed by a task: a multiple of every panel's width.
private let keysPacked = 256

/// A forward pass: packed keys and values of one part or of all.
private struct TilePass<Scalar: FloatingScalar> {
    let geometry: AttentionGeometry
    let x: AttentionOperands<Scalar>
    /// `[width, keys]` and `[keys, value width]`.
    let keys, values: Panels<Scalar>

    init(_ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, parts: Int) {
        (self.geometry, self.x) = (geometry, x)
        keys = Panels(parts: parts, terms: geometry.width, columns: geometry.keys)
        values = Panels(parts: parts, terms: geometry.keys, columns: geometry.valueWidth)
    }

    func pack(_ part: Int, _ range: Range<Int>, at place: Int) {
        let offsets = geometry.offsets(at: part)
        keys.pack(
            transposed: range, of: x.key + offsets[.key], step: geometry.steps.key, part: place)
        values.pack(
            rows: range, of: x.value + offsets[.value], step: geometry.steps.value, part: place)
    }

    /// Writes the result of `queries` of a part whose keys and values are packed at `place`.
    func attend(_ part: Int, at place: Int, queries: Range<Int>) {
        let (rows, width, depth) = (queries.count, geometry.width, geometry.valueWidth)
        let offsets = geometry.offsets(at: part)
        let scratch = AttentionScratch<Scalar>(geometry, panel: keys.panel, matrices: 1)
        let (sums, scaled) = (Storage<Scalar>(count: rows), Storage<Scalar>(count: rows * width))
        let tile = QueryTile(
            part: part, place: place, queries: queries, offsets: offsets,
            scaled: TileMatrix(pointer: scaled.pointer, step: width),
            result: TileMatrix(
                pointer: x.result + offsets[.result]
                    + queries.lowerBound * geometry.denseSteps.result,
                step: geometry.denseSteps.result),
            largest: x.logSums + part * geometry.queries + queries.lowerBound, sums: sums.pointer)
        tile.largest.update(repeating: -.infinity, count: rows)
        tile.sums.clear(count: rows)
        for row in 0..<rows {
            (tile.result.pointer + row * tile.result.step).clear(count: depth)
        }
        gk_attention_queries(
            Scalar.variant, rows, width,
            x.query + offsets[.query] + queries.lowerBound * geometry.steps.query,
            geometry.steps.query, geometry.scale, scaled.pointer)
        for keys in geometry.keyTiles(queries) { add(keys, to: tile, scratch) }
        gk_attention_finish(
            Scalar.variant, rows, tile.largest, tile.sums, tile.result.pointer, tile.result.step,
            depth)
        withExtendedLifetime((scratch, sums, scaled)) {}
    }

    /// Adds the contribution of the visible keys of a range to the queries of a tile.
    private func add(
        _ range: Range<Int>, to tile: QueryTile<Scalar>, _ scratch: AttentionScratch<Scalar>
    ) {
        let (rows, queries, depth) = (tile.queries.count, tile.queries, geometry.valueWidth)
        // Panels begin at multiples of their width, a tile of a sparse mask at any position.
        let lead = range.lowerBound % keys.panel
        var visible = geometry.visible(
            tile.offsets, query: queries.lowerBound, key: range.lowerBound)
        let limit = visible.limit
        multiplyTile(
            rows: rows, columns: scratch.columns(lead + range.count), terms: geometry.width,
            tile.scaled, keys.start(part: tile.place, column: range.lowerBound), step: keys.step,
            adding: false, to: scratch.matrix(0), band: gk_band_result,
            limit: shifted(limit, by: lead))
        let scores = scratch.matrix(0, column: lead)
        gk_attention_tile(
            Scalar.variant, rows, range.count, scores.step, &visible, scores.pointer, tile.largest,
            tile.sums, tile.result.pointer, tile.result.step, depth)
        scratch.draw(tile.part, queries, range)
        scratch.drop(scores, rows, range.count)
        multiplyTile(
            rows: rows, columns: depth, terms: range.count, scores,
            values.start(part: tile.place, term: range.lowerBound), step: values.step,
            adding: true, to: tile.result, band: gk_band_left, limit: limit)
    }
}

/// The running state of some queries of a part.
private struct QueryTile<Scalar: FloatingScalar> {
    /// The part, and the place where its keys and values are packed.
    let part, place: Int
    let queries: Range<Int>
    let offsets: AttentionGeometry.Offsets
    /// The queries times the scale.
    let scaled: TileMatrix<Scalar>
    /// The weighted sum of the values so far.
    let result: TileMatrix<Scalar>
    /// The largest score of each query so far, and the sum of the weights relative to it.
    let largest, sums: UnsafeMutablePointer<Scalar>
}

/// Returns a limit of visible columns, shifted by `count` preceding columns.
func shifted(_ limit: Int, by count: Int) -> Int { limit == Int.max ? limit : limit + count }
