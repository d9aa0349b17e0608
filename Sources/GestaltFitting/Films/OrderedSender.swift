import Foundation

/// The way of numbered groups from several threads into a queue, in the order of their numbers.
///
/// - Invariant: `waiting`, `next` and `isOpen` are read and written with `condition` locked, which
///   makes the class safe to share.
final class OrderedSender<Element: Sendable>: @unchecked Sendable {
    private let queue: BoundedQueue<Element>
    private let ahead: Int
    private let condition = NSCondition()
    private var waiting: [Int: [Element]] = [:]
    private var next = 0
    private var isOpen = true

    /// - Parameter ahead: the number of groups, from the next one on, that need not wait.
    init(to queue: BoundedQueue<Element>, ahead: Int) { (self.queue, self.ahead) = (queue, ahead) }

    /// Sends a group after those with smaller numbers, which may be sent later.
    /// - Returns: whether the queue is open.
    func send(_ elements: [Element], number: Int) -> Bool {
        condition.withLock {
            while isOpen, number >= next + ahead { condition.wait() }
            waiting[number] = elements
            while isOpen, let ready = waiting.removeValue(forKey: next) {
                isOpen = ready.allSatisfy { queue.send($0) }
                next += 1
            }
            condition.broadcast()
            return isOpen
        }
    }
}
