import GestaltData

/// The splits of the frames of one source: contiguous blocks in the order of their numbers.
public struct SplitBlocks: Sendable, Equatable, Codable {
    /// One block.
    public struct Block: Sendable, Equatable, Codable {
        /// The number of its first frame.
        public var start: Int
        public var split: Split
    }

    /// In order; the first starts at 0, the last goes to the end.
    public var blocks: [Block]

    /// All frames in one split.
    init(_ split: Split) { blocks = [Block(start: 0, split: split)] }

    /// - Parameter starts: the number of the first frame of each held-out split.
    init(training: Int, _ starts: [(split: Split, start: Int)]) {
        blocks =
            (training > 0 ? [Block(start: 0, split: .train)] : [])
            + starts.map { Block(start: $0.start, split: $0.split) }
    }

    /// The split of a frame.
    func split(of number: Int) -> Split {
        blocks.last { $0.start <= number }?.split ?? .train
    }

    var splits: Set<Split> { Set(blocks.map(\.split)) }
}
