import GestaltData
import GestaltNN
import GestaltTensor

/// A batch that can be divided among workers.
public protocol DivisibleBatch: Sendable {
    /// The number of items, the divisor of a mean loss.
    var itemCount: Int { get }

    /// Returns the items of `range`, in order.
    /// - Precondition: `range` lies within `0 ..< itemCount`.
    func items(in range: Range<Int>) -> Self
}

/// The batches of one rank: its part of every batch of a source: a contiguous slice, in rank order.
///
/// For losses that are means over items, the workers together are equivalent to one worker on whole
/// batches, within rounding, if the number of ranks divides the batch size. Otherwise the parts
/// differ by one item and still have equal weight.
public struct ShardedBatches<Source: BatchSource>: BatchSource
where Source.Batch: DivisibleBatch {
    public let source: Source
    public let rank: Int
    public let size: Int

    /// - Parameter source: the whole batches, the same on all ranks.
    public init(_ source: Source, among collectives: any Collectives) {
        self.source = source
        rank = collectives.rank
        size = collectives.size
    }

    public var stepsPerPass: Int { source.stepsPerPass }
    public var stepCount: Int? { source.stepCount }

    /// - Throws: errors of the source; ``TrainingError/batchTooSmall(items:workers:)`` for a batch
    ///   with fewer items than ranks.
    public func batch(at step: Int) throws -> Source.Batch {
        let whole = try source.batch(at: step)
        let count = whole.itemCount
        guard count >= size else {
            throw TrainingError.batchTooSmall(items: count, workers: size)
        }
        return whole.items(in: count * rank / size..<count * (rank + 1) / size)
    }
}

extension ClipBatch: DivisibleBatch {
    public var itemCount: Int { windows.count }

    public func items(in range: Range<Int>) -> ClipBatch {
        var part = self
        part.frames = frames.sliced(range, axis: 0)
        part.masks = masks?.sliced(range, axis: 0)
        part.windows = Array(windows[range])
        return part
    }
}

extension FrameBatch: DivisibleBatch {
    public var itemCount: Int { indices.count }

    public func items(in range: Range<Int>) -> FrameBatch {
        var part = self
        part.frames = frames.sliced(range, axis: 0)
        part.masks = masks?.sliced(range, axis: 0)
        part.indices = Array(indices[range])
        return part
    }
}
