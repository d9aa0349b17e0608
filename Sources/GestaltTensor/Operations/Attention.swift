import GestaltChecks

/// The keys that each query attends to.
public enum AttentionMask: Sendable {
    /// All keys.
    case none
    /// Keys up to the query's position. With fewer queries than keys the queries are the last
    /// positions, as when decoding with a cache: query i of Lq attends to the first Lk − Lq + i + 1
    /// keys.
    case causal
    /// Keys where the mask is true. It broadcasts to `[…, Lq, Lk]`, where … are the axes of the
    /// query without positions and width.
    case boolean(Tensor<Bool>)
    /// Keys up to the query's position in the visible blocks. The numbers of queries and keys are
    /// equal.
    case blockSparse(BlockSparsity)
}

/// Dropout of attention's probabilities: each is set to 0 with probability `rate`, the others are
/// divided by `1 − rate`.
///
/// The selection is a function of the stream and of the positions of part, query and key alone;
/// nothing is stored for the backward pass, which draws it again.
/// - Source: Srivastava et al., *Dropout* (2014).
public struct AttentionDropout: Sendable {
    public let rate: Float
    public let random: RandomStream

    /// - Precondition: 0 ≤ rate < 1.
    public init(rate: Float, random: RandomStream) {
        require((0..<1).contains(rate), "AttentionDropout: rate \(rate)")
        self.rate = rate
        self.random = random
    }
}

/// Computes scaled dot-product attention: `softmax(scale · q kᵀ) v` as one operation.
///
/// Scores are computed tile by tile and never kept: the memory beyond the result is one number per
/// query, from which the backward pass recomputes them. A query without visible keys yields zeros.
///
/// Positions may run along any axis but the last; all others are a batch. Heads and the axes of a
/// video thus need no transposition: queries `[N, T, H, W, heads, d]` with `axis: 3` attend along
/// W. Views are read in place as long as the elements of the last axis are adjacent.
///
/// Sources: Vaswani et al., *Attention Is All You Need* (2017), equation 1; Rabe and Staats,
/// *Self-attention Does Not Need O(n²) Memory* (2021); Dao et al., *FlashAttention* (2022).
/// - Parameters:
///   - query: `[…, Lq, …, d]`, positions along `axis`.
///   - key: `[…, Lk, …, d]`, the other axes as in `query`.
///   - value: `[…, Lk, …, dv]`.
///   - axis: the axis of the positions; by default the last but one.
///   - scale: 1/√d by default.
///   - dropout: of the probabilities; nil for none.
/// - Returns: the shape of `query`, with `dv` in place of `d`.
/// - Precondition: the shapes agree; at least two axes.
public func attention<Scalar: FloatingScalar>(
    query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>, axis: Int = -2,
    mask: AttentionMask = .none, scale: Scalar? = nil, dropout: AttentionDropout? = nil
) -> Tensor<Scalar> {
    let width = query.shape[-1]
    let operation = Attention<Scalar>(
        axis: query.shape.resolved(axis), mask: mask,
        scale: scale ?? 1 / Scalar(max(width, 1)).squareRoot(), dropout: dropout)
    operation.check(query.shape, key.shape, value.shape)
    return operation(query, key, value)
}

struct Attention<Scalar: FloatingScalar>: Operation {
    let axis: Int
    let mask: AttentionMask
    let scale: Scalar
    let dropout: AttentionDropout?

    typealias Residual = Kept?

    struct Kept {
        let query, key, value, result: Tensor<Scalar>
        /// The values ln Σ exp of every query's scores, `[batch, Lq]`.
        let logSums: Tensor<Scalar>
    }

    /// The maximum number of positions on either side without tiles and BLAS. On a Zen 5 core,
    /// width 64, the kernel for few positions reaches 95 and 105 GFLOP/s at 96 and 128 positions,
    /// tiles 70 and 95; above, its scores exceed the first-level caches.
    private static var few: Int { 128 }

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Kept?) {
        let (q, k, v) = (rowsDense(x[0]), rowsDense(x[1]), rowsDense(x[2]))
        let geometry = AttentionGeometry(
            q, k, v, axis: axis, mask: mask, scale: Double(scale), dropout: dropout)
        var shape = q.shape
        shape[-1] = v.shape[-1]
        let logSums = Tensor<Scalar>(uninitialized: [geometry.count, geometry.queries]) { _ in }
        let result = Tensor<Scalar>(uninitialized: shape) { _ in }
        guard result.count > 0 else { return (result, nil) }
        let operands = AttentionOperands(q, k, v, result, logSums)
        if isFew(geometry) {
            attendFew(geometry, operands)
        } else {
            attendByTiles(geometry, operands)
        }
        guard needs.any else { return (result, nil) }
        return (
            result, Kept(query: q, key: k, value: v, result: result, logSums: logSums)
        )
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ residual: Kept?, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let residual else { return [nil, nil, nil] }
        let (q, k, v) = (residual.query, residual.key, residual.value)
        let g = cotangent.contiguous()
        let geometry = AttentionGeometry(
            q, k, v, axis: axis, mask: mask, scale: Double(scale), dropout: dropout)
        let gradients = [q, k, v].map { Tensor<Scalar>(uninitialized: $0.shape) { _ in } }
        let operands = AttentionOperands(q, k, v, residual.result, residual.logSums)
        if isFew(geometry) {
            gradientsOfFew(geometry, operands, g, gradients)
        } else {
            gradientsByTiles(geometry, operands, g, gradients)
        }
        return gradients
    }

    private func isFew(_ geometry: AttentionGeometry) -> Bool {
        max(geometry.queries, geometry.keys) <= Self.few && geometry.dropping == nil
            && geometry.sparsity == nil
    }

    /// Returns `x` with the elements of its last axis side by side and its positions apart, as the
    /// kernels and BLAS read it.
    private func rowsDense(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
        let strides = x.layout.strides
        let width = x.shape[-1]
        let fits =
            (width == 1 || strides[x.rank - 1] == 1)
            && (x.shape[axis] == 1 || strides[axis] >= width)
        return fits ? x : x.copied()
    }

    func check(_ q: Shape, _ k: Shape, _ v: Shape) {
        let message = "attention: query \(q), key \(k), value \(v) along axis \(axis)"
        require(q.rank >= 2 && k.rank == q.rank && v.rank == q.rank, message)
        require(axis < q.rank - 1, message + ": positions cannot run along the last axis")
        require(k[axis] == v[axis], message + ": keys and values differ in number")
        require(q[-1] == k[-1] && q[-1] > 0, message + ": query and key differ in width")
        for other in 0..<q.rank - 1 where other != axis {
            require(
                q[other] == k[other] && q[other] == v[other], message + ": other axes differ")
        }
        if case .blockSparse(let sparsity) = mask {
            require(
                q[axis] == sparsity.length && k[axis] == sparsity.length,
                message + ": blocks of \(sparsity.length) positions")
        }
        guard case .boolean(let allowed) = mask else { return }
        let scores = AttentionGeometry.scores(q, k, axis: axis)
        require(
            allowed.shape.broadcast(with: scores) == scores,
            message + ": mask \(allowed.shape) does not stretch to \(scores)")
    }
}
