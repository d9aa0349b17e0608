import CKernels

/// Computes the gradients of attention by tiles: scores are recomputed, and weights from the
/// queries' log sums.
///
/// Queries and the result's gradients are packed once, keys and values by the task that owns them.
/// A task is a range of keys of one part: it owns their gradients, and accumulates the gradients of
/// the queries in a separate buffer when a part has several tasks; the buffers are added in task
/// order.
func gradientsByTiles<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, _ g: Tensor<Scalar>,
    _ gradients: [Tensor<Scalar>]
) {
    let tiles = (geometry.keys - 1) / AttentionTile.gradientKeys + 1
    let wanted = 4 * Runtime.threads
    let isWhole = geometry.count >= wanted || geometry.sparsity != nil
    let shares = isWhole ? 1 : min(tiles, (wanted - 1) / geometry.count + 1)
    let tilesPerShare = (tiles - 1) / shares + 1
    let length = tilesPerShare * AttentionTile.gradientKeys
    let size = geometry.queries * geometry.width
    let partial = Storage<Scalar>(count: shares > 1 ? geometry.count * shares * size : 0)
    let dots = Storage<Scalar>(count: geometry.count * geometry.queries)
    let pass = TileGradients(
        geometry: geometry, x: x, gradient: UnsafePointer(start(g)), dq: start(gradients[0]),
        dk: start(gradients[1]), dv: start(gradients[2]), dots: dots.pointer)
    withExtendedLifetime((x.tensors, g, gradients, partial, dots)) {
        parallelFor(geometry.count) { part in pass.findDots(part) }
        guard geometry.sparsity == nil else {
            parallelFor(geometry.count) { part in pass.runSparse(part) }
            return
        }
        guard shares > 1 else {
            parallelFor(geometry.count) { part in pass.runWhole(part) }
            return
        }
        let queries = QueryPanels(pass, parts: geometry.count)
        queries.packAll()
        parallelFor(geometry.count * shares) { task in
            let (part, share) = (task / shares, task % shares)
            let keys = min(geometry.keys, share * length)..<min(geometry.keys, (share + 1) * length)
            pass.run(
                part, keys, queries, at: part,
                dq: TileMatrix(pointer: partial.pointer + task * size, step: geometry.width))
        }
        parallelFor(geometry.count) { part in
            pass.addShares(part, from: partial.pointer + part * shares * size, count: shares)
        }
    }
}

/// Queries and the result's gradients, packed by rows: `[queries, width]` and
/// `[queries, value width]` of one part or of all.
private struct QueryPanels<Scalar: FloatingScalar> {
    let pass: TileGradients<Scalar>
    let queries, gradients: Panels<Scalar>

    init(_ pass: TileGradients<Scalar>, parts: Int) {
        self.pass = pass
        let geometry = pass.geometry
        queries = Panels(parts: parts, terms: geometry.queries, columns: geometry.width)
        gradients = Panels(parts: parts, terms: geometry.queries, columns: geometry.valueWidth)
    }

    func pack(_ part: Int, _ range: Range<Int>, at place: Int) {
        let offsets = pass.geometry.offsets(at: part)
        queries.pack(
            rows: range, of: pass.x.query + offsets[.query], step: pass.geometry.steps.query,
            part: place)
        gradients.pack(
            rows: range, of: pass.gradient + offsets[.result],
            step: pass.geometry.denseSteps.result, part: place)
    }

    /// Packs all parts, each at its position.
    func packAll() {
        let tiles = pass.geometry.queryTiles
        parallelFor(pass.geometry.count * tiles.count) { task in
            let part = task / tiles.count
            pack(part, tiles[task % tiles.count], at: part)
        }
    }
}

/// Keys and values of a range of positions of one part, packed in the form of the products.
private struct KeyPanels<Scalar: FloatingScalar> {
    /// The first of the positions.
    private(set) var first = 0
    /// `[width, keys]`, `[value width, keys]` and `[keys, width]`.
    let keys, values, rows: Panels<Scalar>

    init(_ geometry: AttentionGeometry, count: Int) {
        keys = Panels(terms: geometry.width, columns: count)
        values = Panels(terms: geometry.valueWidth, columns: count)
        rows = Panels(terms: count, columns: geometry.width)
    }

    /// - Precondition: the range is no longer than `count`.
    mutating func pack(_ pass: TileGradients<Scalar>, _ part: Int, _ range: Range<Int>) {
        first = range.lowerBound
        let steps = pass.geometry.steps
        let offsets = pass.geometry.offsets(at: part)
        let k = pass.x.key + offsets[.key] + first * steps.key
        keys.pack(transposed: 0..<range.count, of: k, step: steps.key)
        rows.pack(rows: 0..<range.count, of: k, step: steps.key)
        values.pack(
            transposed: 0..<range.count,
            of: pass.x.value + offsets[.value] + first * steps.value, step: steps.value)
    }
}

/// The pointers of one backward pass; the caller keeps their tensors alive.
private struct TileGradients<Scalar: FloatingScalar> {
    let geometry: AttentionGeometry
    let x: AttentionOperands<Scalar>
    let gradient: UnsafePointer<Scalar>
    let dq, dk, dv: UnsafeMutablePointer<Scalar>
    /// Result times its gradient, summed over the width, of every query.
    let dots: UnsafeMutablePointer<Scalar>

    func findDots(_ part: Int) {
        let offset = geometry.offsets(at: part)[.result]
        gk_row_dots(
            Scalar.variant, geometry.queries, geometry.valueWidth, x.result + offset,
            geometry.denseSteps.result, gradient + offset, geometry.denseSteps.result,
            dots + part * geometry.queries)
    }

    /// Writes the gradients of `keys` of a part, and their contribution to the queries' gradients
    /// to `dq`.
    func run(
        _ part: Int, _ keys: Range<Int>, _ queries: QueryPanels<Scalar>, at place: Int,
        dq: TileMatrix<Scalar>
    ) {
        clear(dq, rows: geometry.queries, columns: geometry.width)
        var packed = KeyPanels<Scalar>(geometry, count: min(keys.count, AttentionTile.gradientKeys))
        let scratch = AttentionScratch<Scalar>(geometry, panel: packed.keys.panel, matrices: 2)
        let length = AttentionTile.gradientKeys
        for first in stride(from: keys.lowerBound, to: keys.upperBound, by: length) {
            let tile = first..<min(keys.upperBound, first + length)
            clearKeyGradients(part, tile)
            packed.pack(self, part, tile)
            var query = geometry.firstQuery(seeing: first)
            while query < geometry.queries {
                let end = min(geometry.queries, query + AttentionTile.queries)
                add(part, query..<end, tile, queries, at: place, packed, dq: dq, scratch)
                query = end
            }
        }
    }

    /// Writes all gradients of a part.
    func runWhole(_ part: Int) {
        let queries = QueryPanels(self, parts: 1)
        queries.pack(part, 0..<geometry.queries, at: 0)
        run(
            part, 0..<geometry.keys, queries, at: 0,
            dq: TileMatrix(
                pointer: dq + geometry.offsets(at: part)[.queryGradient],
                step: geometry.denseSteps.query))
    }

    /// Writes all gradients of a part whose queries see blocks of keys.
    func runSparse(_ part: Int) {
        let dq = TileMatrix(
            pointer: dq + geometry.offsets(at: part)[.queryGradient],
            step: geometry.denseSteps.query)
        clear(dq, rows: geometry.queries, columns: geometry.width)
        clearKeyGradients(part, 0..<geometry.keys)
        let queries = QueryPanels(self, parts: 1)
        queries.pack(part, 0..<geometry.queries, at: 0)
        var packed = KeyPanels<Scalar>(geometry, count: geometry.keys)
        packed.pack(self, part, 0..<geometry.keys)
        let scratch = AttentionScratch<Scalar>(geometry, panel: packed.keys.panel, matrices: 2)
        for tile in geometry.queryTiles {
            for keys in geometry.keyTiles(tile) {
                add(part, tile, keys, queries, at: 0, packed, dq: dq, scratch)
            }
        }
    }

    private func clear(_ x: TileMatrix<Scalar>, rows: Int, columns: Int) {
        for row in 0..<rows {
            (x.pointer + row * x.step).clear(count: columns)
        }
    }

    private func clearKeyGradients(_ part: Int, _ keys: Range<Int>) {
        let (dk, dv) = keyGradients(part, keys.lowerBound)
        clear(dk, rows: keys.count, columns: geometry.width)
        clear(dv, rows: keys.count, columns: geometry.valueWidth)
    }

    /// Returns the gradients of keys and values from `key` on.
    private func keyGradients(_ part: Int, _ key: Int) -> (TileMatrix<Scalar>, TileMatrix<Scalar>) {
        let (offsets, dense) = (geometry.offsets(at: part), geometry.denseSteps)
        return (
            TileMatrix(pointer: dk + offsets[.keyGradient] + key * dense.key, step: dense.key),
            TileMatrix(pointer: dv + offsets[.valueGradient] + key * dense.value, step: dense.value)
        )
    }

    // dV += drop(P)ᵀ G; dK += dSᵀ Q; dQ += dS K.
    private func add(
        _ part: Int, _ queries: Range<Int>, _ keys: Range<Int>,
        _ packedQueries: QueryPanels<Scalar>,
        at place: Int, _ packed: KeyPanels<Scalar>, dq: TileMatrix<Scalar>,
        _ scratch: AttentionScratch<Scalar>
    ) {
        let (m, n, width, depth) = (queries.count, keys.count, geometry.width, geometry.valueWidth)
        let (p, ds, limit) = weights(part, queries, keys, packed, scratch)
        let (dk, dv) = keyGradients(part, keys.lowerBound)
        for (left, columns, right, sum) in [
            (p, depth, packedQueries.gradients, dv), (ds, width, packedQueries.queries, dk),
        ] {
            multiplyTile(
                rows: n, columns: columns, terms: m, left.transposed,
                right.start(part: place, term: queries.lowerBound), step: right.step,
                adding: true, to: sum, band: gk_band_left_transposed, limit: limit)
        }
        multiplyTile(
            rows: m, columns: width, terms: n, ds,
            packed.rows.start(term: keys.lowerBound - packed.first),
            step: packed.rows.step, adding: true,
            to: TileMatrix(pointer: dq.pointer + queries.lowerBound * dq.step, step: dq.step),
            band: gk_band_left, limit: limit)
        withExtendedLifetime((scratch, packed, packedQueries)) {}
    }

    // P = exp(scale · Q Kᵀ − ln Σ); dP = drop(G Vᵀ); dS = P ∘ (dP − dot) · scale. Only the kept
    // elements of P remain.
    private func weights(
        _ part: Int, _ queries: Range<Int>, _ keys: Range<Int>, _ packed: KeyPanels<Scalar>,
        _ scratch: AttentionScratch<Scalar>
    ) -> (p: TileMatrix<Scalar>, ds: TileMatrix<Scalar>, limit: Int) {
        let (m, n) = (queries.count, keys.count)
        let offsets = geometry.offsets(at: part)
        let q = x.query + offsets[.query] + queries.lowerBound * geometry.steps.query
        let g = gradient + offsets[.result] + queries.lowerBound * geometry.denseSteps.result
        var visible = geometry.visible(offsets, query: queries.lowerBound, key: keys.lowerBound)
        let limit = visible.limit
        // Panels begin at multiples of their width, a tile of a sparse mask at any position.
        let key = keys.lowerBound - packed.first
        let lead = key % packed.keys.panel
        for (index, left, terms, right) in [
            (0, TileMatrix(reading: q, step: geometry.steps.query), geometry.width, packed.keys),
            (
                1, TileMatrix(reading: g, step: geometry.denseSteps.result), geometry.valueWidth,
                packed.values
            ),
        ] {
            multiplyTile(
                rows: m, columns: scratch.columns(lead + n), terms: terms, left,
                right.start(column: key), step: right.step, adding: false,
                to: scratch.matrix(index), band: gk_band_result, limit: shifted(limit, by: lead))
        }
        let (p, ds) = (scratch.matrix(0, column: lead), scratch.matrix(1, column: lead))
        scratch.draw(part, queries, keys)
        scratch.drop(ds, m, n)
        let row = part * geometry.queries + queries.lowerBound
        gk_attention_tile_gradient(
            Scalar.variant, m, n, p.step, &visible, x.logSums + row, dots + row, geometry.scale,
            p.pointer, ds.pointer)
        scratch.drop(p, m, n)
        return (p, ds, limit)
    }

    func addShares(_ part: Int, from shares: UnsafePointer<Scalar>, count: Int) {
        let target = dq + geometry.offsets(at: part)[.queryGradient]
        let (width, size) = (geometry.width, geometry.queries * geometry.width)
        for row in 0..<geometry.queries {
            let sum = target + row * geometry.denseSteps.query
            sum.update(from: shares + row * width, count: width)
            for share in 1..<count {
                gk_accumulate(Scalar.variant, shares + share * size + row * width, sum, width)
            }
        }
    }
}
