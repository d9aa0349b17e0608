import CKernels

/// The gradients of attention by tiles: scores are made again, weights from the queries' log sums.
///
/// A task is a range of keys of one part: it owns their gradients, and collects the gradients of the
/// queries in a buffer of its own when a part has several tasks; these are added in task order.
func gradientsByTiles<Scalar: FloatingScalar>(
    _ geometry: AttentionGeometry, _ x: AttentionOperands<Scalar>, _ g: Tensor<Scalar>,
    _ gradients: [Tensor<Scalar>]
) {
    let tiles = (geometry.keys - 1) / AttentionTile.keys + 1
    let wanted = 4 * Runtime.threads
    let isWhole = geometry.count >= wanted || geometry.sparsity != nil
    let shares = isWhole ? 1 : min(tiles, (wanted - 1) / geometry.count + 1)
    let tilesPerShare = (tiles - 1) / shares + 1
    let length = tilesPerShare * AttentionTile.keys
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
        parallelFor(geometry.count * shares) { task in
            let (part, share) = (task / shares, task % shares)
            let keys = min(geometry.keys, share * length)..<min(geometry.keys, (share + 1) * length)
            if shares == 1 {
                let dq = pass.dq + geometry.offsets(at: part)[.queryGradient]
                pass.run(part, keys, dq: dq, step: geometry.denseSteps.query)
            } else {
                pass.run(part, keys, dq: partial.pointer + task * size, step: geometry.width)
            }
        }
        guard shares > 1 else { return }
        parallelFor(geometry.count) { part in
            pass.addShares(part, from: partial.pointer + part * shares * size, count: shares)
        }
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

    /// Writes the gradients of `keys` of a part, and what they give to the queries to `dq`.
    func run(_ part: Int, _ keys: Range<Int>, dq: UnsafeMutablePointer<Scalar>, step: Int) {
        for row in 0..<geometry.queries {
            (dq + row * step).update(repeating: .zeroScalar, count: geometry.width)
        }
        let scratch = TileScratch<Scalar>(geometry)
        for first in stride(from: keys.lowerBound, to: keys.upperBound, by: AttentionTile.keys) {
            let tile = first..<min(keys.upperBound, first + AttentionTile.keys)
            clearKeyGradients(part, tile)
            var query = geometry.firstQuery(seeing: first)
            while query < geometry.queries {
                let end = min(geometry.queries, query + AttentionTile.queries)
                add(part, query..<end, tile, dq: dq, step: step, scratch)
                query = end
            }
        }
    }

    /// Writes all gradients of a part whose queries see blocks of keys.
    func runSparse(_ part: Int) {
        let (dq, step) = (
            dq + geometry.offsets(at: part)[.queryGradient], geometry.denseSteps.query
        )
        for row in 0..<geometry.queries {
            (dq + row * step).update(repeating: .zeroScalar, count: geometry.width)
        }
        clearKeyGradients(part, 0..<geometry.keys)
        let scratch = TileScratch<Scalar>(geometry)
        for queries in geometry.queryTiles {
            for keys in geometry.keyTiles(queries) {
                add(part, queries, keys, dq: dq, step: step, scratch)
            }
        }
    }

    private func clearKeyGradients(_ part: Int, _ keys: Range<Int>) {
        let offsets = geometry.offsets(at: part)
        let (dk, dv) = (dk + offsets[.keyGradient], dv + offsets[.valueGradient])
        for key in keys {
            (dk + key * geometry.denseSteps.key).update(
                repeating: .zeroScalar, count: geometry.width)
            (dv + key * geometry.denseSteps.value).update(
                repeating: .zeroScalar, count: geometry.valueWidth)
        }
    }

    // P = exp(S − ln Σ); dV += drop(P)ᵀ G; dP = drop(G Vᵀ); dS = P ∘ (dP − dot) · scale;
    // dK += dSᵀ Q; dQ += dS K.
    private func add(
        _ part: Int, _ queries: Range<Int>, _ keys: Range<Int>, dq: UnsafeMutablePointer<Scalar>,
        step: Int, _ scratch: TileScratch<Scalar>
    ) {
        let (p, ds) = (scratch.scores, scratch.gradients)
        defer { withExtendedLifetime(scratch) {} }
        let (m, n, width, depth) = (queries.count, keys.count, geometry.width, geometry.valueWidth)
        let (steps, dense) = (geometry.steps, geometry.denseSteps)
        let offsets = geometry.offsets(at: part)
        let q = x.query + offsets[.query] + queries.lowerBound * steps.query
        let k = x.key + offsets[.key] + keys.lowerBound * steps.key
        let v = x.value + offsets[.value] + keys.lowerBound * steps.value
        let g = gradient + offsets[.result] + queries.lowerBound * dense.result
        let dk = dk + offsets[.keyGradient] + keys.lowerBound * dense.key
        let dv = dv + offsets[.valueGradient] + keys.lowerBound * dense.value
        let row = part * geometry.queries + queries.lowerBound
        gemm(
            false, true, m: m, n: n, k: width, alpha: Scalar(geometry.scale), q, lda: steps.query,
            k, ldb: steps.key, p, ldc: n)
        gemm(
            false, true, m: m, n: n, k: depth, g, lda: dense.result, v, ldb: steps.value, ds, ldc: n
        )
        if let dropping = geometry.dropping, let flags = scratch.flags {
            dropping.draw(flags, part: part, queries: queries, keys: keys)
            dropping.apply(flags, to: ds, count: m * n)
        }
        var visible = geometry.visible(offsets, query: queries.lowerBound, key: keys.lowerBound)
        gk_attention_tile_gradient(
            Scalar.variant, m, n, &visible, x.logSums + row, dots + row, geometry.scale, p, ds)
        if let dropping = geometry.dropping, let flags = scratch.flags {
            dropping.apply(flags, to: p, count: m * n)
        }
        gemm(
            true, false, m: n, n: depth, k: m, p, lda: n, g, ldb: dense.result, beta: 1, dv,
            ldc: dense.value)
        gemm(
            true, false, m: n, n: width, k: m, ds, lda: n, q, ldb: steps.query, beta: 1, dk,
            ldc: dense.key)
        gemm(
            false, false, m: m, n: width, k: n, ds, lda: n, k, ldb: steps.key, beta: 1,
            dq + queries.lowerBound * step, ldc: step)
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

/// Room for a tile of scores, for their gradients, and for the flags of dropout.
private struct TileScratch<Scalar: FloatingScalar> {
    private let memory: Storage<Scalar>
    let flags: Storage<UInt8>?
    var scores: UnsafeMutablePointer<Scalar> { memory.pointer }
    var gradients: UnsafeMutablePointer<Scalar> { memory.pointer + memory.count / 2 }

    init(_ geometry: AttentionGeometry) {
        memory = Storage(count: 2 * AttentionTile.queries * AttentionTile.keys)
        flags = geometry.dropping?.scratch()
    }
}
