import CKernels

/// Sizes and steps of a batch of attentions whose positions run along one axis.
struct AttentionGeometry {
    let queries, keys, width, valueWidth: Int
    let scale: Double
    /// The distances between positions of queries, keys and values, in elements.
    let steps: (query: Int, key: Int, value: Int)
    /// The distances between positions of contiguous tensors, in elements, of the shapes of the
    /// queries, keys, values and the result.
    let denseSteps: (query: Int, key: Int, value: Int, result: Int)
    /// The number of keys visible to the first query; query i sees i more.
    let limit: Int
    let mask: Tensor<Bool>?
    let sparsity: BlockSparsity?
    /// The dropout of the probabilities; nil for none.
    let dropping: AttentionDropping?
    private let maskSteps: (row: Int, column: Int)
    private let walk: BatchWalk

    /// The operands whose parts `offset` finds.
    enum Operand: Int {
        case query, key, value, mask
        // The contiguous operands; `result` is also the result's gradient.
        case result, queryGradient, keyGradient, valueGradient
    }

    var count: Int { walk.count }

    init<Scalar>(
        _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, axis: Int,
        mask: AttentionMask, scale: Double, dropout: AttentionDropout?
    ) {
        (queries, keys) = (q.shape[axis], k.shape[axis])
        (width, valueWidth) = (q.shape[-1], v.shape[-1])
        self.scale = scale
        func step(_ x: Tensor<Scalar>) -> Int {
            x.shape[axis] == 1 ? x.shape[-1] : x.layout.strides[axis]
        }
        steps = (step(q), step(k), step(v))
        var resultShape = q.shape
        resultShape[-1] = valueWidth
        let dense = [resultShape, q.shape, k.shape, v.shape].map { Layout(contiguous: $0) }
        denseSteps = (
            dense[1].strides[axis], dense[2].strides[axis], dense[3].strides[axis],
            dense[0].strides[axis]
        )
        (limit, sparsity) = Self.visibility(mask, queries: queries, keys: keys)
        dropping = dropout.flatMap {
            $0.rate > 0 ? AttentionDropping($0, queries: q.shape[axis], keys: k.shape[axis]) : nil
        }
        var allowed: Tensor<Bool>?
        if case .boolean(let given) = mask {
            allowed = given.broadcast(to: Self.scores(q.shape, k.shape, axis: axis))
        }
        self.mask = allowed
        maskSteps =
            allowed.map { ($0.layout.strides[$0.rank - 2], $0.layout.strides[$0.rank - 1]) }
            ?? (0, 0)
        let outer = (0..<q.rank - 1).filter { $0 != axis }
        let layouts = [q.layout, k.layout, v.layout, allowed?.layout] + dense
        walk = BatchWalk(Shape(outer.map { q.shape[$0] }), operands: layouts.count) {
            operand, axis in
            // The mask has the outer axes in order, first.
            layouts[operand]?.strides[operand == Operand.mask.rawValue ? axis : outer[axis]] ?? 0
        }
    }

    /// Returns the number of keys visible to the first query, and the pattern of blocks.
    private static func visibility(
        _ mask: AttentionMask, queries: Int, keys: Int
    ) -> (limit: Int, sparsity: BlockSparsity?) {
        switch mask {
        case .none, .boolean: (Int.max, nil)
        case .causal: (keys - queries + 1, nil)
        case .blockSparse(let sparsity): (keys - queries + 1, sparsity)
        }
    }

    /// Returns the shape of the scores: the axes of the batch, then queries × keys.
    static func scores(_ q: Shape, _ k: Shape, axis: Int) -> Shape {
        var shape = Shape((0..<q.rank - 1).filter { $0 != axis }.map { q[$0] })
        shape.append(q[axis])
        shape.append(k[axis])
        return shape
    }

    /// Returns the offset of part `index` in every operand, in elements.
    @inline(__always)
    func offsets(at index: Int) -> Offsets { Offsets(row: walk.offsets(at: index)) }

    struct Offsets {
        fileprivate let row: BatchWalk.Row
        @inline(__always)
        subscript(_ operand: Operand) -> Int { row[operand.rawValue] }
    }

    /// Returns the visibility of the keys from `key` on for the queries from `query` on, in one
    /// part.
    func visible(_ offsets: Offsets, query: Int = 0, key: Int = 0) -> gk_visible {
        guard let mask else {
            let shifted = limit == Int.max ? limit : limit + query - key
            return gk_visible(limit: shifted, allowed: nil, row_step: 0, column_step: 0)
        }
        let start =
            mask.storage.pointer + mask.layout.offset + offsets[.mask]
            + query * maskSteps.row + key * maskSteps.column
        return gk_visible(
            limit: Int.max, allowed: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
            row_step: maskSteps.row, column_step: maskSteps.column)
    }

    /// The maximum numbers of queries and keys of a tile.
    var tileSize: (queries: Int, keys: Int) {
        guard let sparsity else { return (AttentionTile.queries, AttentionTile.keys) }
        return (sparsity.block, max(sparsity.block, AttentionTile.keys))
    }

    /// The ranges of queries whose tiles are computed together.
    var queryTiles: [Range<Int>] {
        stride(from: 0, to: queries, by: tileSize.queries).map {
            $0..<min(queries, $0 + tileSize.queries)
        }
    }

    /// Returns the ranges of keys visible to any of the queries of a tile.
    func keyTiles(_ tile: Range<Int>) -> [Range<Int>] {
        if let sparsity {
            return sparsity.keyRanges(tile.lowerBound / sparsity.block, limit: AttentionTile.keys)
        }
        return stride(from: 0, to: visibleKeys(before: tile.upperBound), by: AttentionTile.keys)
            .map { $0..<min(keys, $0 + AttentionTile.keys) }
    }

    /// Returns the first query with a visible key from `key` on.
    func firstQuery(seeing key: Int) -> Int {
        limit == Int.max ? 0 : min(queries, max(0, key + 1 - limit))
    }

    /// Returns the keys visible to queries before `query`.
    func visibleKeys(before query: Int) -> Int {
        limit == Int.max ? keys : max(0, min(keys, limit + query - 1))
    }

    var kernelShape: gk_attention {
        gk_attention(
            queries: queries, keys: keys, width: width, value_width: valueWidth,
            query_step: steps.query, key_step: steps.key, value_step: steps.value,
            result_step: denseSteps.result, scale: scale)
    }
}

/// The tensors of an attention, and their first elements.
struct AttentionOperands<Scalar: FloatingScalar> {
    let tensors: [Tensor<Scalar>]
    let query, key, value: UnsafePointer<Scalar>
    let result, logSums: UnsafeMutablePointer<Scalar>

    init(
        _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, _ result: Tensor<Scalar>,
        _ logSums: Tensor<Scalar>
    ) {
        tensors = [q, k, v, result, logSums]
        query = UnsafePointer(start(q))
        key = UnsafePointer(start(k))
        value = UnsafePointer(start(v))
        self.result = start(result)
        self.logSums = start(logSums)
    }
}

/// Returns a tensor's first element.
func start<Scalar>(_ x: Tensor<Scalar>) -> UnsafeMutablePointer<Scalar> {
    x.storage.pointer + x.layout.offset
}
