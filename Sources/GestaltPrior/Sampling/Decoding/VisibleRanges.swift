internal import CKernels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// The earlier positions that each position attends to, as ranges whose partial results are added
/// in order: the ranges depend on the position alone, not on threads or the batch.
struct VisibleRanges: Sendable {
    /// Positions whose ranges differ only in the end of the last one.
    private let block: Int
    private let rows: [[Range<Int>]]

    /// The maximum length of a range: its scores are held in the kernel's own memory.
    static let limit = gk_decode_range

    init(_ configuration: PriorConfiguration) {
        switch configuration.attention {
        case .full: self.init(all: configuration.tokens)
        case .sparse:
            let sparsity = BlockSparsity(strided: configuration.latent.array)
            self.init(
                block: sparsity.block,
                rows: sparsity.rows.indices.map { sparsity.keyRanges($0, limit: Self.limit) })
        }
    }

    /// Ranges for all of `count` positions in order.
    init(all count: Int) {
        let starts = Array(stride(from: 0, to: count, by: Self.limit))
        self.init(
            block: Self.limit,
            rows: starts.indices.map { row in starts[...row].map { $0..<$0 + Self.limit } })
    }

    private init(block: Int, rows: [[Range<Int>]]) {
        self.block = block
        self.rows = rows
    }

    /// The maximum number of ranges of a position.
    var most: Int { rows.reduce(0) { max($0, $1.count) } }

    func count(at position: Int) -> Int { rows[position / block].count }

    /// Returns a range of the positions that `position` attends to, itself included.
    func range(_ index: Int, at position: Int) -> Range<Int> {
        let range = rows[position / block][index]
        return range.lowerBound..<min(range.upperBound, position + 1)
    }

    /// Returns the number of positions that `position` attends to.
    func length(at position: Int) -> Int {
        (0..<count(at: position)).reduce(0) { $0 + range($1, at: position).count }
    }
}
