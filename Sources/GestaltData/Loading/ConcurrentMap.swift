import Dispatch
import GestaltIO
import Synchronization

/// The results of `body` for 0…count − 1, computed on all cores, in order.
///
/// - Throws: the error of the lowest index that failed.
package func concurrentMap<Value: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: count))
    let failed = Mutex(Int.max)
    DispatchQueue.concurrentPerform(iterations: count) { index in
        // After a failure only what precedes it can still change the error.
        guard index < failed.withLock({ $0 }) else { return }
        let result = Result { try body(index) }
        if case .failure = result { failed.withLock { $0 = min($0, index) } }
        results.withLock { $0[index] = result }
    }
    return try results.withLock { $0.compactMap { $0 } }.map { try $0.get() }
}

/// Counts the clips that are read and reports each, one call at a time.
package final class ProgressReport: Sendable {
    private let done = Mutex(0)
    private let total: Int?
    private let report: ProgressHandler?

    /// - Parameter total: nil where the number of clips is not known beforehand.
    package init(total: Int?, _ report: ProgressHandler?) {
        self.total = total
        self.report = report
    }

    /// - Throws: what the handler throws.
    package func advance() throws {
        guard let report else { return }
        try done.withLock {
            $0 += 1
            try report(WorkProgress(done: $0, total: total, unit: "clips"))
        }
    }
}
