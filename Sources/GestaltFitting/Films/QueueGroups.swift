import Foundation

/// The elements of a queue in numbered groups, for several receivers.
///
/// - Invariant: `count` is read and written with `lock` held, which makes the class safe to share.
final class QueueGroups<Element: Sendable>: @unchecked Sendable {
    private let queue: BoundedQueue<Element>
    private let size: Int
    private let lock = NSLock()
    /// Of the groups that were taken.
    private var count = 0

    /// - Parameter size: the largest number of elements of a group.
    init(of queue: BoundedQueue<Element>, size: Int) { (self.queue, self.size) = (queue, size) }

    /// Returns the next group with its number, from 0; nil after the last.
    /// - Throws: the error that ended the queue.
    func next() throws -> (number: Int, elements: [Element])? {
        try lock.withLock {
            guard let first = try queue.receive() else { return nil }
            var elements = [first]
            while elements.count < size, let next = try queue.receive() { elements.append(next) }
            defer { count += 1 }
            return (count, elements)
        }
    }
}
