import GestaltIO

/// The number of pictures of a report that are made, for who waits for them.
final class PictureProgress {
    private let report: ProgressHandler?
    private let total: Int
    private var done = 0

    init(total: Int, _ report: ProgressHandler?) { (self.total, self.report) = (total, report) }

    /// Reports that one more is made, or turned out to be none.
    func advance() throws {
        done += 1
        try report?(WorkProgress(done: min(done, total), total: total, unit: "pictures"))
    }
}
