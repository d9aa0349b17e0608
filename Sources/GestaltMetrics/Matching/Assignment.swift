import GestaltChecks
import GestaltTensor

/// A one-to-one assignment of the rows of a cost matrix to its columns with the least total cost.
///
/// Each row takes one column; in a matrix with more rows than columns, each column takes one row,
/// and the other rows stay without. Among equally cheap assignments the choice is deterministic.
///
/// Complexity: O(r²·c) for r rows and c columns, r ≤ c.
///
/// - Source: Jonker and Volgenant, *A Shortest Augmenting Path Algorithm for Dense and Sparse
///   Linear Assignment Problems* (1987); for rectangular matrices Crouse, *On Implementing 2D
///   Rectangular Assignment Algorithms* (2016). Their initialization heuristics are omitted: the
///   matrices here have at most a few hundred rows.
public struct Assignment: Sendable, Hashable {
    public struct Pair: Sendable, Hashable {
        public let row: Int
        public let column: Int
    }

    /// The min(rows, columns) pairs, rows ascending.
    public let pairs: [Pair]
    /// The sum of the costs of ``pairs``; for a maximizing assignment the sum of the values.
    public let total: Double
    private let rowCount: Int

    /// - Parameter costs: `[rows, columns]`; +∞ forbids a pair.
    /// - Returns: nil when every complete assignment includes a forbidden pair; never for finite
    ///   costs.
    /// - Precondition: rank 2; no cost is NaN or −∞.
    public init?(minimizing costs: Tensor<Double>) {
        self.init(values: costs, sign: 1)
    }

    /// The assignment with the greatest sum of `values`.
    ///
    /// - Parameter values: `[rows, columns]`, such as the IoU of each pair of masks; −∞ forbids a
    ///   pair.
    /// - Returns: nil when every complete assignment includes a forbidden pair; never for finite
    ///   values.
    /// - Precondition: rank 2; no value is NaN or +∞.
    public init?(maximizing values: Tensor<Double>) {
        self.init(values: values, sign: -1)
    }

    /// The column of each row; nil for a row without one.
    public var columns: [Int?] {
        var result = [Int?](repeating: nil, count: rowCount)
        for pair in pairs { result[pair.row] = pair.column }
        return result
    }

    private init?(values: Tensor<Double>, sign: Double) {
        require(values.rank == 2, "Assignment: shape \(values.shape) is not [rows, columns]")
        let (rows, columns) = (values.shape[0], values.shape[1])
        let given = values.scalars
        for (place, value) in given.enumerated() {
            require(
                !value.isNaN && sign * value > -.infinity,
                "Assignment: the cost of row \(place / columns), column \(place % columns) is "
                    + (value.isNaN ? "not a number" : "\(value)"))
        }
        let isTall = rows > columns
        var search = PathSearch(rows: min(rows, columns), columns: max(rows, columns)) {
            sign * (isTall ? given[$1 * columns + $0] : given[$0 * columns + $1])
        }
        guard let chosen = search.run() else { return nil }
        pairs =
            chosen.enumerated()
            .map { isTall ? Pair(row: $1, column: $0) : Pair(row: $0, column: $1) }
            .sorted { $0.row < $1.row }
        total = pairs.reduce(0) { $0 + given[$1.row * columns + $1.column] }
        rowCount = rows
    }
}

/// Inserts the rows one by one, each along the shortest augmenting path of reduced costs.
private struct PathSearch {
    private let rows: Int
    private let columns: Int
    /// Row-major, `[rows, columns]`, rows ≤ columns.
    private let costs: [Double]
    // Dual variables: cost − rowPotential − columnPotential ≥ 0, and 0 on assigned pairs.
    private var rowPotentials: [Double]
    private var columnPotentials: [Double]
    private var rowOfColumn: [Int?]
    private var columnOfRow: [Int?]

    init(rows: Int, columns: Int, cost: (_ row: Int, _ column: Int) -> Double) {
        self.rows = rows
        self.columns = columns
        costs = (0..<rows).flatMap { row in (0..<columns).map { cost(row, $0) } }
        rowPotentials = Array(repeating: 0, count: rows)
        columnPotentials = Array(repeating: 0, count: columns)
        rowOfColumn = Array(repeating: nil, count: columns)
        columnOfRow = Array(repeating: nil, count: rows)
    }

    /// Returns the column of each row; nil when a row can reach no free column.
    mutating func run() -> [Int]? {
        for row in 0..<rows {
            guard let tree = shortestPaths(from: row) else { return nil }
            updatePotentials(tree, root: row)
            augment(tree, root: row)
        }
        return columnOfRow.compactMap { $0 }
    }

    /// Dijkstra's tree of alternating paths from a row, up to the nearest free column.
    private struct Tree {
        /// The length of the path to each column.
        var lengths: [Double]
        /// The row before each column on its path.
        var previousRows: [Int]
        var isDone: [Bool]
        var reachedRows: [Int]
        var end = 0
        var length = 0.0
    }

    private func shortestPaths(from root: Int) -> Tree? {
        var tree = Tree(
            lengths: Array(repeating: .infinity, count: columns),
            previousRows: Array(repeating: root, count: columns),
            isDone: Array(repeating: false, count: columns), reachedRows: [root])
        var row = root
        while true {
            var nearest: Int?
            for column in 0..<columns where !tree.isDone[column] {
                let length =
                    tree.length + costs[row * columns + column] - rowPotentials[row]
                    - columnPotentials[column]
                if length < tree.lengths[column] {
                    tree.lengths[column] = length
                    tree.previousRows[column] = row
                }
                guard tree.lengths[column] < .infinity else { continue }
                // Among equally near columns a free one ends the search at once.
                let isNearer =
                    nearest.map {
                        tree.lengths[column] < tree.lengths[$0]
                            || tree.lengths[column] == tree.lengths[$0]
                                && rowOfColumn[$0] != nil && rowOfColumn[column] == nil
                    } ?? true
                if isNearer { nearest = column }
            }
            guard let nearest else { return nil }
            tree.length = tree.lengths[nearest]
            tree.isDone[nearest] = true
            guard let next = rowOfColumn[nearest] else {
                tree.end = nearest
                return tree
            }
            tree.reachedRows.append(next)
            row = next
        }
    }

    private mutating func updatePotentials(_ tree: Tree, root: Int) {
        rowPotentials[root] += tree.length
        for row in tree.reachedRows.dropFirst() {
            guard let column = columnOfRow[row] else { continue }
            rowPotentials[row] += tree.length - tree.lengths[column]
        }
        for column in 0..<columns where tree.isDone[column] {
            columnPotentials[column] -= tree.length - tree.lengths[column]
        }
    }

    /// Exchanges assigned and free pairs along the path to the tree's end.
    private mutating func augment(_ tree: Tree, root: Int) {
        var column = tree.end
        while true {
            let row = tree.previousRows[column]
            rowOfColumn[column] = row
            let freed = columnOfRow[row]
            columnOfRow[row] = column
            guard row != root, let freed else { return }
            column = freed
        }
    }
}
