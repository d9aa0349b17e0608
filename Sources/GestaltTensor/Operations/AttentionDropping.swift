import CKernels

/// Dropout of the probabilities of tiles: one flag each, drawn from the positions of part, query
/// and key alone.
struct AttentionDropping {
    private let random: RandomStream
    /// The threshold out of 2³² below which a word sets the flag to 1, kept.
    private let threshold: UInt64
    /// The factor applied to kept probabilities.
    private let factor: Double
    private let queries: Int
    /// The number of blocks of four flags for the keys of one query.
    private let blocks: Int

    init(_ dropout: AttentionDropout, queries: Int, keys: Int) {
        random = dropout.random
        threshold = UInt64((Double(1 - dropout.rate) * 0x1p32).rounded())
        factor = 1 / Double(1 - dropout.rate)
        self.queries = queries
        blocks = (keys + 3) / 4
    }

    /// Draws the flags `[queries][keys]` of a tile: 1 for kept probabilities.
    /// - Precondition: the first key is a multiple of 4.
    func draw(_ flags: Storage<UInt8>, part: Int, queries rows: Range<Int>, keys: Range<Int>) {
        for (row, query) in rows.enumerated() {
            let block = (part * queries + query) * blocks + keys.lowerBound / 4
            gk_random_flags(
                Float.variant, random.key, random.path, UInt64(block), threshold,
                flags.pointer + row * keys.count, keys.count)
        }
    }

    /// Drops some of the elements of a tile and scales the others.
    func apply<Scalar: FloatingScalar>(
        _ flags: Storage<UInt8>, to tile: TileMatrix<Scalar>, rows: Int, columns: Int
    ) {
        gk_attention_drop(
            Scalar.variant, rows, columns, tile.step, flags.pointer, factor, tile.pointer)
    }
}
