import Foundation
import GestaltChecks
import GestaltTensor
import Synchronization

/// Hands out batches in order and makes the next ones ahead of time, on a thread of its own.
///
/// It returns the batches `source.batch(at:)` of step, step + 1, …, independent of the depth.
/// The thread is not of Swift's cooperative pool, so a trainer that fills all cores does not keep
/// it from running; it ends with the loader.
public final class BatchLoader<Source: BatchSource> {
    public let source: Source
    /// The number of the batch that ``next()`` gives next.
    public private(set) var step: Int
    private let ahead: Prefetcher<Source>?

    /// - Parameters:
    ///   - step: the first batch to hand out.
    ///   - prefetch: the number of batches made ahead at most; 0 makes each when it is asked for. Nil
    ///     for two, or none where `Runtime.threads` is 1: then there is no thread beside the caller's.
    /// - Precondition: neither is negative.
    public init(_ source: Source, from step: Int = 0, prefetch: Int? = nil) {
        let prefetch = prefetch ?? (Runtime.threads > 1 ? 2 : 0)
        require(
            step >= 0 && prefetch >= 0, "BatchLoader: from step \(step), prefetch \(prefetch)")
        self.source = source
        self.step = step
        ahead = prefetch > 0 ? Prefetcher(source, from: step, depth: prefetch) : nil
    }

    deinit { ahead?.stop() }

    /// The next batch; nil after the last. An error ends the sequence: asked again, it is thrown
    /// again.
    public func next() throws -> Source.Batch? {
        let batch: Source.Batch?
        if let ahead {
            batch = try ahead.take()
        } else if let count = source.stepCount, step >= count {
            batch = nil
        } else {
            batch = try source.batch(at: step)
        }
        if batch != nil { step += 1 }
        return batch
    }
}

/// A queue between one thread that makes batches and one that takes them.
private final class Prefetcher<Source: BatchSource>: Sendable {
    private struct State {
        var ready: [Source.Batch] = []
        /// Why nothing more comes: the end, or an error.
        var end: Result<Void, any Error>?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    init(_ source: Source, from step: Int, depth: Int) {
        // Raised here, not in the initializer above: libdispatch stops the program when a
        // semaphore dies below its first value.
        for _ in 0..<depth { room.signal() }
        let thread = Thread { [self] in run(source, from: step) }
        thread.name = "Gestalt batches"
        thread.stackSize = 4 << 20
        thread.start()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        room.signal()
    }

    func take() throws -> Source.Batch? {
        filled.wait()
        let batch = state.withLock { state in
            state.ready.isEmpty ? nil : state.ready.removeFirst()
        }
        if let batch {
            room.signal()
            return batch
        }
        // The end stays the end for whoever asks again.
        filled.signal()
        try state.withLock { $0.end }?.get()
        return nil
    }

    private func run(_ source: Source, from first: Int) {
        var step = first
        while true {
            room.wait()
            if state.withLock({ $0.isStopped }) { return }
            do {
                if let count = source.stepCount, step >= count { return finish(.success(())) }
                let batch = try source.batch(at: step)
                state.withLock { $0.ready.append(batch) }
                filled.signal()
                step += 1
            } catch {
                return finish(.failure(error))
            }
        }
    }

    private func finish(_ end: Result<Void, any Error>) {
        state.withLock { $0.end = end }
        filled.signal()
    }
}
