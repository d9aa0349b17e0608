/// The scratch memory of a task for tiles of scores and for the flags of dropout.
struct AttentionScratch<Scalar: FloatingScalar> {
    private let dropping: AttentionDropping?
    private let flags: Storage<UInt8>?
    private let memory: Storage<Scalar>
    private let panel, rows, step: Int

    /// - Parameter panel: columns of a panel of keys.
    init(_ geometry: AttentionGeometry, panel: Int, matrices: Int) {
        let keys = geometry.tileSize.keys
        self.panel = panel
        rows = geometry.tileSize.queries
        // Whole panels, one of them for keys before the tile's.
        step = (keys + panel - 1) / panel * panel + panel
        memory = Storage(count: matrices * rows * step)
        dropping = geometry.dropping
        flags = dropping.map { _ in Storage(count: geometry.tileSize.queries * keys) }
    }

    /// Returns one of the matrices, from a column on.
    func matrix(_ index: Int, column: Int = 0) -> TileMatrix<Scalar> {
        TileMatrix(pointer: memory.pointer + index * rows * step + column, step: step)
    }

    /// Returns `count` columns and those that complete the last panel.
    func columns(_ count: Int) -> Int { (count + panel - 1) / panel * panel }

    /// Draws the flags of a tile; nothing without dropout.
    func draw(_ part: Int, _ queries: Range<Int>, _ keys: Range<Int>) {
        guard let dropping, let flags else { return }
        dropping.draw(flags, part: part, queries: queries, keys: keys)
    }

    /// Drops by the flags drawn last; nothing without dropout.
    func drop(_ tile: TileMatrix<Scalar>, _ rows: Int, _ columns: Int) {
        guard let dropping, let flags else { return }
        dropping.apply(flags, to: tile, rows: rows, columns: columns)
    }
}
