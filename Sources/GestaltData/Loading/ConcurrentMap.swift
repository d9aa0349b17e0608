import Dispatch
import GestaltIO
import GestaltTensor
import Synchronization

/// Returns the results of `body` for 0…count − 1, in order, computed on `Runtime.threads` threads.
///
/// - Throws: the error of the lowest index that failed.
package func concurrentMap<Value: Sendable>(
    count: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: count))
    let next = Mutex(0)
    // After a failure only what precedes it can still change the error.
    let end = Mutex(count)
    DispatchQueue.concurrentPerform(iterations: min(count, Runtime.threads)) { _ in
        while true {
            let index = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard index < end.withLock({ $0 }) else { return }
            let result = Result { try body(index) }
            if case .failure = result { end.withLock { $0 = min($0, index) } }
            results.withLock { $0[index] = result }
        }
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
