import Dispatch

/// The frames of a source in batches, each read on another thread while the one before is encoded.
///
/// - Invariant: one reading at a time uses `frames` and sets `items`, which the owner reads after
///   `done`; this makes the class safe to share with the reading thread.
final class ReadingAhead: @unchecked Sendable {
    private let frames: any SourceFrames
    private let batch: Int
    private let done = DispatchSemaphore(value: 0)
    private var items: Result<[SourceItem], any Error> = .success([])
    /// Of the owner alone.
    private var isReading = false

    /// - Parameter batch: the number of frames that are read at a time.
    init(_ frames: any SourceFrames, batch: Int) {
        (self.frames, self.batch) = (frames, batch)
    }

    /// Returns the next frames, and goes on reading; none at the end.
    func next() throws -> [SourceItem] {
        if !isReading { begin() }
        finish()
        let items = try items.get()
        if !items.isEmpty { begin() }
        return items
    }

    /// Waits for the reading thread. To be called before the owner goes.
    func finish() {
        guard isReading else { return }
        done.wait()
        isReading = false
    }

    private func begin() {
        isReading = true
        DispatchQueue.global().async { [self] in
            self.items = Result {
                var read: [SourceItem] = []
                while read.count < self.batch, let item = try self.frames.next() {
                    read.append(item)
                }
                return read
            }
            self.done.signal()
        }
    }
}
