import Synchronization

/// The numbers that a progress callback was called with, in order.
public final class Counter: Sendable {
    private let values = Mutex<[Int]>([])

    public init() {}

    public func see(_ value: Int) { values.withLock { $0.append(value) } }

    public var seen: [Int] { values.withLock { $0 } }
}
