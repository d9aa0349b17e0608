import Dispatch
import Synchronization

/// The results of `body` for 0…count − 1, computed on all cores, in order.
///
/// - Throws: the error of the lowest index that failed.
package func concurrentMap<Value: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let result = Result { try body(index) }
        results.withLock { $0[index] = result }
    }
    return try results.withLock { $0.compactMap { $0 } }.map { try $0.get() }
}

/// Counts what is done and tells it, one call at a time.
final class ProgressReport: Sendable {
    private let done = Mutex(0)
    private let total: Int
    private let tell: LoadingProgress?

    init(total: Int, _ tell: LoadingProgress?) {
        self.total = total
        self.tell = tell
    }

    func advance() {
        guard let tell else { return }
        done.withLock {
            $0 += 1
            tell($0, total)
        }
    }
}
