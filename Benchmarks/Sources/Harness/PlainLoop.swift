import Dispatch
import GestaltTensor

/// A loop that reads one buffer and writes another, on as many threads as the library: what memory
/// gives when nothing else is in the way.
public final class PlainLoop {
    private let from: UnsafeMutablePointer<Float>
    private let to: UnsafeMutablePointer<Float>
    private let count: Int

    /// - Parameter count: floats of either buffer; no cache should hold them.
    public init(count: Int = 1 << 24) {
        (from, to) = (.allocate(capacity: count), .allocate(capacity: count))
        from.initialize(repeating: 1, count: count)
        to.initialize(repeating: 0, count: count)
        self.count = count
    }

    deinit {
        from.deallocate()
        to.deallocate()
    }

    /// Bytes that one run reads and writes.
    public var byteCount: Double { Double(2 * MemoryLayout<Float>.stride * count) }

    /// Reads and writes everything once; a number of the result.
    public func run() -> Double { run(from) }

    /// Writes a buffer over itself: as many bytes, but none is fetched only to be overwritten.
    public func runInPlace() -> Double { run(to) }

    private func run(_ from: UnsafeMutablePointer<Float>) -> Double {
        let (threads, count) = (Runtime.threads, count)
        nonisolated(unsafe) let (from, to) = (from, to)
        DispatchQueue.concurrentPerform(iterations: threads) { part in
            for index in (count * part / threads)..<(count * (part + 1) / threads) {
                to[index] = from[index] * 1.5
            }
        }
        return Double(to[count - 1])
    }
}
