import Foundation
import GestaltFilm
import GestaltIO
import GestaltTensor
import Synchronization

/// The three stages of the segmentation of a film: decoding and reducing frames, the network, and
/// the writing of masks, with short queues between them.
struct FilmPipeline<Network: FilmNetwork> {
    let network: Network
    /// The number of frames in the network at once, on all threads together; one for each at least.
    let batch: Int
    let outputs: [any MaskOutput]
    let progress: ProgressHandler?

    /// Frames that wait between two threads, in batches of the network.
    private static var batchesAhead: Int { 2 }

    /// A frame with the network's input, `[tiles, h, w, 3]`.
    private struct Reduced: Sendable {
        let frame: FilmFrame
        let input: Tensor<UInt8>
    }

    /// A frame with the network's output.
    private struct Scored: Sendable {
        let frame: FilmFrame
        let scores: Network.Scores
    }

    /// Segments all frames, in order.
    /// - Returns: the number of frames.
    func run(_ stream: any FrameSequence) throws -> Int {
        let reduced = BoundedQueue<Reduced>(capacity: Self.batchesAhead * batch)
        let scored = BoundedQueue<Scored>(capacity: Self.batchesAhead * batch)
        let network = network
        let reader = filmThread("frames", Handover(stream)) { handover in
            let stream = handover.value
            reduced.finish(
                Result {
                    while let frame = try stream.next() {
                        let item = Reduced(
                            frame: frame, input: network.input(of: frame.pixels))
                        guard reduced.send(item) else { return }
                    }
                })
        }
        let writer = filmThread("masks", Handover((self, 0))) { handover in
            let result = Result { handover.value.1 = try handover.value.0.write(scored) }
            handover.error = result.failure
            // The network must not wait for a writer that has ended.
            if result.failure != nil { scored.cancel() }
        }
        let result = Result { try score(reduced, into: scored) }
        reduced.cancel()
        scored.finish(result)
        reader.wait()
        writer.wait()
        do {
            if let error = writer.content.error { throw error }
            try result.get()
            for output in outputs { try output.finish() }
        } catch {
            for output in outputs { output.cancel() }
            throw error
        }
        return writer.content.value.1
    }

    /// Runs the network on frames, several at a time.
    ///
    /// Each thread takes frames of its own, and the operations of the network inside such a task run
    /// on its thread alone: none waits for a core that reading or writing occupies.
    private func score(
        _ reduced: BoundedQueue<Reduced>, into scored: BoundedQueue<Scored>
    ) throws {
        let threads = Runtime.threads
        let groups = QueueGroups(of: reduced, size: max(1, batch / threads))
        let order = OrderedSender(to: scored)
        let failure = Mutex<(any Error)?>(nil)
        // Denormal numbers are kept as they are outside of a task, for the same bits.
        parallelFor(threads, keepsDenormals: true) { _ in
            do {
                while let (number, items) = try groups.next(),
                    order.send(scores(of: items), number: number)
                {}
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func scores(of items: [Reduced]) -> [Scored] {
        let inputs =
            items.count == 1 ? items[0].input : concatenated(items.map(\.input), axis: 0)
        let scores = network.scores(of: inputs, counts: items.map { $0.input.shape[0] })
        return zip(items, scores).map { Scored(frame: $0.frame, scores: $1) }
    }

    /// Finishes frames and hands them to the outputs.
    private func write(_ scored: BoundedQueue<Scored>) throws -> Int {
        var count = 0
        var memory = network.start
        while let item = try scored.receive() {
            let masked = try network.masked(item.frame, item.scores, &memory)
            for output in outputs { try output.append(masked) }
            count += 1
            try progress?(WorkProgress(done: count, unit: "frames"))
        }
        return count
    }
}

/// A value that one thread hands over to another, which alone uses it until it has ended.
private final class Handover<Value>: @unchecked Sendable {
    var value: Value
    var error: (any Error)?

    init(_ value: Value) { self.value = value }
}

/// A thread with its content, which may be read after ``wait()``.
private struct Worker<Value> {
    let content: Handover<Value>
    let done: DispatchSemaphore

    func wait() { done.wait() }
}

private func filmThread<Value>(
    _ name: String, _ content: Handover<Value>,
    _ body: @escaping @Sendable (Handover<Value>) -> Void
) -> Worker<Value> {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        body(content)
        done.signal()
    }
    thread.name = "Gestalt \(name)"
    thread.stackSize = 8 << 20
    thread.start()
    return Worker(content: content, done: done)
}

extension Result where Failure == any Error {
    fileprivate var failure: (any Error)? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}
