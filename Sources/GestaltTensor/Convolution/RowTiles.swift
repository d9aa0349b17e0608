/// The division of a grid's rows into tiles, each a task. It follows from the grid, the requested
/// length and the number of threads alone.
struct RowTiles {
    let rows: Int
    /// Tiles do not cross blocks: one plane of one image, or several whole ones when planes are
    /// small. Inside a plane all rows miss the same taps along t.
    private let blockRows: Int
    private let tilesPerBlock: Int
    let count: Int
    /// The longest tile.
    let length: Int

    /// Below this the cost of packing the weight dominates.
    private static let shortest = 64

    init(_ grid: PatchGrid, wished: Int, threads: Int) {
        let plane = grid.isPointwise ? grid.rows : grid.plane
        let planes = plane > 0 ? grid.rows / plane : 0
        rows = grid.rows
        guard rows > 0 else {
            (blockRows, tilesPerBlock, count, length) = (1, 1, 0, 0)
            return
        }
        if 2 * plane > wished {
            // Rounded to nearest: half a tile more costs less than tiles of half the length.
            var pieces = max(1, (plane + wished / 2) / wished)
            // Few tiles: balanced evenly over the threads.
            while planes * pieces % threads != 0, planes * pieces < 4 * threads,
                plane / (pieces + 1) >= Self.shortest
            { pieces += 1 }
            blockRows = plane
            length = (plane - 1) / pieces + 1
            tilesPerBlock = (plane - 1) / length + 1
            count = planes * tilesPerBlock
        } else {
            var tiles = (planes - 1) / (wished / plane) + 1
            if tiles < 4 * threads, rows / threads >= Self.shortest {
                tiles = min(planes, (tiles - 1) / threads * threads + threads)
            }
            blockRows = ((planes - 1) / tiles + 1) * plane
            length = blockRows
            tilesPerBlock = 1
            count = (rows - 1) / blockRows + 1
        }
    }

    subscript(index: Int) -> Range<Int> {
        let block = index / tilesPerBlock * blockRows
        let first = block + index % tilesPerBlock * length
        return first..<min(first + length, block + blockRows, rows)
    }
}
