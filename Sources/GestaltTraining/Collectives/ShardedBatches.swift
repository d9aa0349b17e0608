import GestaltData
import GestaltNN
import GestaltTensor

/// A batch that can be divided among workers.
public protocol DivisibleBatch: Sendable {
    /// The number of items, by which a mean loss divides.
    var itemCount: Int { get }

    /// The items of `range`, in order.
    /// - Precondition: `range` lies within `0 ..< itemCount`.
    func items(in range: Range<Int>) -> Self
}

/// One rank's part of every batch of a source: a contiguous slice, in rank order.
///
/// For losses that are means over items the workers together train as one worker on whole batches,
/// within rounding, where the ranks divide the batch size. Otherwise parts differ by an item and
/// still count alike.
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

    /// - Throws: what the source throws; ``TrainingError/batchTooSmall(items:workers:)`` for a batch
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
