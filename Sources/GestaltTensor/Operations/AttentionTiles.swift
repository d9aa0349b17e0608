import CKernels

/// Queries and keys of a tile: its scores (128 KiB of floats) stay in the second-level cache.
enum AttentionTile {
    static let queries = 128
    static let keys = 256
}

/// Attention by tiles of scores, with the running form of softmax: the largest score and the sum so
/// far, the result rescaled when the largest grows. A task is a tile of queries of one part.
func attendByTiles<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>
) {
    let tiles = geometry.queryTiles
    withExtendedLifetime(x.tensors) {
        // The last tiles of a causal attention see the most: they go first.
        parallelFor(geometry.count * tiles.count) { task in
            let (part, tile) = (task % geometry.count, tiles.count - 1 - task / geometry.count)
            attend(geometry, x, part: part, queries: tiles[tile])
        }
    }
}

private func attend<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, part: Int, queries: Range<Int>
) {
    let variant = Scalar.variant
    let (rows, step) = (queries.count, geometry.denseSteps.result)
    let offsets = geometry.offsets(at: part)
    let q = x.query + offsets[.query] + queries.lowerBound * geometry.steps.query
    let k = x.key + offsets[.key]
    let v = x.value + offsets[.value]
    let result = x.result + offsets[.result] + queries.lowerBound * step
    let largest = x.logSums + part * geometry.queries + queries.lowerBound
    largest.update(repeating: -.infinity, count: rows)
    for row in 0..<rows {
        (result + row * step).update(repeating: .zeroScalar, count: geometry.valueWidth)
    }
    let scores = Storage<Scalar>(count: rows * AttentionTile.keys)
    let sums = Storage<Scalar>(count: rows)
    sums.pointer.update(repeating: .zeroScalar, count: rows)
    let flags = geometry.dropping?.scratch()
    for tile in geometry.keyTiles(queries) {
        let (first, columns) = (tile.lowerBound, tile.count)
        gemm(
            false, true, m: rows, n: columns, k: geometry.width, alpha: Scalar(geometry.scale),
            q, lda: geometry.steps.query, k + first * geometry.steps.key, ldb: geometry.steps.key,
            scores.pointer, ldc: columns)
        var visible = geometry.visible(offsets, query: queries.lowerBound, key: first)
        gk_attention_tile(
            variant, rows, columns, &visible, scores.pointer, largest, sums.pointer, result, step,
            geometry.valueWidth)
        if let dropping = geometry.dropping, let flags {
            dropping.draw(flags, part: part, queries: queries, keys: tile)
            dropping.apply(flags, to: scores.pointer, count: rows * columns)
        }
        gemm(
            false, false, m: rows, n: geometry.valueWidth, k: columns, scores.pointer,
            lda: columns, v + first * geometry.steps.value, ldb: geometry.steps.value, beta: 1,
            result, ldc: step)
    }
    gk_attention_finish(
        variant, rows, largest, sums.pointer, result, step, geometry.valueWidth)
    withExtendedLifetime((scores, sums, flags)) {}
}
