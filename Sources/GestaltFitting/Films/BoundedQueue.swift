import Foundation
import GestaltChecks

/// A first-in, first-out queue between threads that holds a bounded number of elements: a sender
/// waits while it is full, a receiver while it is empty.
///
/// - Invariant: `elements`, `end` and `largest` are read and written with `condition` locked, which
///   makes the class safe to share.
final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    let capacity: Int
    private let condition = NSCondition()
    private var elements: [Element] = []
    /// Why nothing more comes: the end, or an error.
    private var end: Result<Void, any Error>?
    private var largest = 0

    /// - Precondition: the capacity is positive.
    init(capacity: Int) {
        require(capacity > 0, "BoundedQueue(capacity: \(capacity))")
        self.capacity = capacity
    }

    /// The largest number of elements that were in the queue at once.
    var peak: Int { condition.withLock { largest } }

    /// Appends an element once there is room.
    /// - Returns: whether it was appended; false after ``finish(_:)``.
    @discardableResult
    func send(_ element: Element) -> Bool {
        condition.withLock {
            while elements.count >= capacity, end == nil { condition.wait() }
            guard end == nil else { return false }
            elements.append(element)
            largest = max(largest, elements.count)
            condition.broadcast()
            return true
        }
    }

    /// Removes the first element, waiting for one.
    /// - Returns: nil after the last.
    /// - Throws: the error that ended the queue, after its elements.
    func receive() throws -> Element? {
        try condition.withLock { () throws -> Element? in
            while elements.isEmpty, end == nil { condition.wait() }
            guard elements.isEmpty else {
                condition.broadcast()
                return elements.removeFirst()
            }
            try end?.get()
            return nil
        }
    }

    /// Ends the queue: what is in it can still be received. Later calls change nothing.
    func finish(_ result: Result<Void, any Error> = .success(())) {
        condition.withLock {
            end = end ?? result
            condition.broadcast()
        }
    }

    /// Ends the queue and drops what is in it.
    func cancel() {
        condition.withLock {
            end = end ?? .success(())
            elements = []
            condition.broadcast()
        }
    }
}
