import CKernels

/// Dropout of the probabilities of tiles: a flag for each, drawn from the place of part, query and
/// key alone.
struct AttentionDropping {
    private let random: RandomStream
    /// A flag is 1, kept, where a word is below this, of 2³².
    private let threshold: UInt64
    /// What kept probabilities are multiplied by.
    private let factor: Double
    private let queries: Int
    /// Blocks of four flags of the keys of one query.
    private let blocks: Int

    init(_ dropout: AttentionDropout, queries: Int, keys: Int) {
        random = dropout.random
        threshold = UInt64((Double(1 - dropout.rate) * 0x1p32).rounded())
        factor = 1 / Double(1 - dropout.rate)
        self.queries = queries
        blocks = (keys + 3) / 4
    }

    /// Draws the flags `[queries][keys]` of a tile: 1 for what is kept.
    /// - Precondition: the first key is a multiple of 4.
    func draw(_ flags: Storage<UInt8>, part: Int, queries rows: Range<Int>, keys: Range<Int>) {
        for (row, query) in rows.enumerated() {
            let block = (part * queries + query) * blocks + keys.lowerBound / 4
            gk_random_flags(
                Float.variant, random.key, random.path, UInt64(block), threshold,
                flags.pointer + row * keys.count, keys.count)
        }
    }

    /// Drops some of the numbers of a tile and scales the others.
    func apply<Scalar: FloatingScalar>(
        _ flags: Storage<UInt8>, to tile: TileMatrix<Scalar>, rows: Int, columns: Int
    ) {
        gk_attention_drop(
            Scalar.variant, rows, columns, tile.step, flags.pointer, factor, tile.pointer)
    }
}
