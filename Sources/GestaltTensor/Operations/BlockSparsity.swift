import GestaltChecks

/// The blocks of keys visible to each block of queries, for causal attention to a subset of the
/// preceding positions: visible blocks are visible as a whole, a query's own block up to the query
/// itself.
public struct BlockSparsity: Sendable, Equatable {
    /// The number of positions per block.
    public let block: Int
    /// The visible blocks of keys of each block of queries, ascending; the last is its own.
    public let rows: [[Int]]

    /// VideoGPT's block and number of local blocks: its own and four before. Source:
    /// `attention.py`.
    package static let videoGPTBlock = 32
    private static let videoGPTLocalBlocks = 4

    /// - Precondition: `block` is positive; every row ascends and ends in its own block.
    public init(block: Int, rows: [[Int]]) {
        require(block > 0, "BlockSparsity: blocks of \(block)")
        for (index, row) in rows.enumerated() {
            let rises = zip(row, row.dropFirst()).allSatisfy { $0 < $1 }
            require(
                rises && row.last == index && (row.first ?? 0) >= 0,
                "BlockSparsity: row \(index) sees blocks \(row)")
        }
        self.block = block
        self.rows = rows
    }

    /// Creates VideoGPT's strided pattern for a grid of positions in raster order: a query's own
    /// block of 32 and the four before it, and, along each axis of the grid of blocks but the last,
    /// all earlier blocks at the same place.
    ///
    /// The last axes of the grid that together exceed 32 positions are cut into blocks; the axes
    /// before them are those of the grid of blocks.
    /// - Source: Child et al., *Sparse Transformers* (2019), section 4.2; VideoGPT, `attention.py`.
    /// - Precondition: ``fits(_:)``.
    public init(strided grid: [Int]) {
        guard let lengths = Self.blockGrid(grid) else {
            stop("BlockSparsity: a grid \(grid) cannot be cut into blocks of 32")
        }
        let places = Self.places(lengths)
        let rows = places.indices.map { row in
            (0...row).filter { column in
                if column >= row - Self.videoGPTLocalBlocks { return true }
                let differing = lengths.indices.filter { places[row][$0] != places[column][$0] }
                return differing.count == 1 && differing[0] < lengths.count - 1
            }
        }
        self.init(block: Self.videoGPTBlock, rows: rows)
    }

    /// Returns whether the strided pattern exists for a grid of positions.
    public static func fits(_ grid: [Int]) -> Bool { blockGrid(grid) != nil }

    /// Returns the grid of blocks of a grid of positions.
    private static func blockGrid(_ grid: [Int]) -> [Int]? {
        var product = 1
        var axis = grid.count
        while axis > 0, product <= videoGPTBlock {
            axis -= 1
            product *= grid[axis]
        }
        guard product > 0, product % videoGPTBlock == 0 else { return nil }
        return grid[..<axis] + [product / videoGPTBlock]
    }

    /// Returns the place of every block in the grid of blocks, in raster order.
    private static func places(_ lengths: [Int]) -> [[Int]] {
        lengths.reduce([[]]) { places, length in
            places.flatMap { place in (0..<length).map { place + [$0] } }
        }
    }

    /// The number of positions.
    public var length: Int { block * rows.count }
    /// The number of blocks of scores that are computed.
    public var storedBlocks: Int { rows.reduce(0) { $0 + $1.count } }

    /// Returns the keys visible to the queries of block `row`, as ranges of at most `limit`
    /// consecutive keys.
    package func keyRanges(_ row: Int, limit: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for column in rows[row] {
            let keys = column * block..<(column + 1) * block
            if let last = ranges.last, last.upperBound == keys.lowerBound,
                last.count + block <= limit
            {
                ranges[ranges.count - 1] = last.lowerBound..<keys.upperBound
            } else {
                ranges.append(keys)
            }
        }
        return ranges
    }
}
