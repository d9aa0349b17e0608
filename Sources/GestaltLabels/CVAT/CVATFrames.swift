/// The frames of a film that a CVAT task covers: every `step`-th one.
struct CVATFrames {
    let start: Int
    let step: Int
    let count: Int

    /// The largest number of frames: nine hours at thirty a second.
    static let largestCount = 1 << 20

    var last: Int { start + (count - 1) * step }

    /// Returns the frames strictly between two of them.
    func between(_ low: Int, _ high: Int) -> CVATFrames {
        let first = low < start ? start : start + ((low - start) / step + 1) * step
        return CVATFrames(start: first, step: step, count: max(0, (high - first + step - 1) / step))
    }

    var all: StrideThrough<Int> { stride(from: start, through: last, by: step) }
}

extension CVATFrames {
    /// The frames that the task states and those with keyframes.
    ///
    /// - Parameter keyframes: the frames of all shapes of its tracks.
    /// - Throws: ``CVATFault`` for more than ``largestCount``.
    init(_ task: CVATTask, keyframes: [Int]) throws(CVATFault) {
        let step = task.step
        let start = min(task.start, keyframes.min() ?? task.start)
        let stated =
            if let size = task.frameCount {
                task.start.addingReportingOverflow(
                    max(size - 1, 0).multipliedReportingOverflow(by: step).partialValue)
            } else {
                (partialValue: task.stop ?? start, overflow: false)
            }
        let last = max(stated.partialValue, keyframes.max() ?? start)
        // Far below the largest integer, so that no sum below overflows.
        guard !stated.overflow, start >= 0, last >= start, last < 1 << 60, step < 1 << 60,
            (last - start) / step < Self.largestCount
        else {
            throw CVATFault(
                "frames \(start) to \(stated.overflow ? "2^63" : "\(last)"); at most "
                    + "\(Self.largestCount) frames are read")
        }
        self.init(start: start, step: step, count: (last - start) / step + 1)
    }
}
