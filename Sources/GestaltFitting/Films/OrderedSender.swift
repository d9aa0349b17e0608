import Foundation

/// The way of numbered groups from several threads into a queue, in the order of their numbers.
///
/// - Invariant: `next` and `isOpen` are read and written with `condition` locked, which makes the
///   class safe to share.
final class OrderedSender<Element: Sendable>: @unchecked Sendable {
    private let queue: BoundedQueue<Element>
    private let condition = NSCondition()
    private var next = 0
    private var isOpen = true

    init(to queue: BoundedQueue<Element>) { self.queue = queue }

    /// Sends a group once those with smaller numbers are sent.
    /// - Returns: whether the queue is open.
    func send(_ elements: [Element], number: Int) -> Bool {
        condition.withLock {
            while isOpen, number > next { condition.wait() }
            isOpen = isOpen && elements.allSatisfy { queue.send($0) }
            next += 1
            condition.broadcast()
            return isOpen
        }
    }
}
