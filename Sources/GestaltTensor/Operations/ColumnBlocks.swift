/// A channels-last tensor as rows of channels, cut into tasks for sums down its columns.
///
/// The cut follows from the geometry and `Runtime.threads` alone, and parts are added in task
/// order, so sums are bit-identical regardless of the assignment of tasks to threads.
struct ColumnBlocks: Sendable {
    /// The number of parts with separate statistics: 1, or the number of samples.
    let segments: Int
    /// The number of rows in each segment.
    let rows: Int
    let columns: Int
    /// The number of rows joined into one, so that a narrow tensor still fills the vectors of the
    /// kernels.
    let fold: Int
    private let parts: Int
    private let rowsPerPart: Int

    /// Columns of the folded rows.
    var period: Int { columns * fold }
    private var taskCount: Int { segments * parts }

    /// - Parameter samplewise: whether the cut of a segment follows from its own size alone, so
    ///   that its sums do not depend on the number of segments.
    init(
        segments: Int, rows: Int, columns: Int, folding: Bool = true, samplewise: Bool = false
    ) {
        let narrow = 64
        self.segments = segments
        self.rows = rows
        self.columns = columns
        fold = folding && columns > 0 ? max(1, min(rows, (narrow + columns - 1) / columns)) : 1
        let rangesPerThread = 4
        let sharing = samplewise ? 1 : max(segments, 1)
        let wanted = max(1, Runtime.threads * rangesPerThread / sharing)
        let worthwhile = max(1, rows * columns / parallelThreshold)
        let even = (rows + min(wanted, worthwhile) - 1) / min(wanted, worthwhile)
        rowsPerPart = max(fold, (even + fold - 1) / fold * fold)
        parts = (rows + rowsPerPart - 1) / rowsPerPart
    }

    /// Runs `body` for every task, in parallel, with its segment and its elements of the tensor.
    func forEachTask(_ body: (_ segment: Int, _ elements: Range<Int>) -> Void) {
        parallelFor(taskCount) { task in body(task / parts, elements(of: task)) }
    }

    private func elements(of task: Int) -> Range<Int> {
        let (segment, part) = task.quotientAndRemainder(dividingBy: parts)
        let first = part * rowsPerPart
        let start = (segment * rows + first) * columns
        return start..<start + min(rowsPerPart, rows - first) * columns
    }

    /// Returns the sums down the columns. `body` adds those of its elements to `sums`, `2 · period`
    /// numbers, and may use `block`, as many scalars.
    /// - Returns: for each segment, `columns` first sums and `columns` second ones.
    func sums<Scalar: FloatingScalar>(
        of: Scalar.Type,
        _ body: (
            _ segment: Int, _ elements: Range<Int>, _ block: UnsafeMutablePointer<Scalar>,
            _ sums: UnsafeMutablePointer<Double>
        ) -> Void
    ) -> [Double] {
        let length = 2 * period
        var partial = [Double](repeating: 0, count: taskCount * length)
        var blocks = [Scalar](repeating: 0, count: taskCount * length)
        partial.withUnsafeMutableBufferPointer { partial in
            blocks.withUnsafeMutableBufferPointer { blocks in
                guard let sums = partial.baseAddress, let block = blocks.baseAddress else { return }
                parallelFor(taskCount) { task in
                    body(
                        task / parts, elements(of: task), block + task * length,
                        sums + task * length)
                }
            }
        }
        return merged(partial)
    }

    /// Adds the parts of each segment in task order, and unfolds folded rows.
    private func merged(_ partial: [Double]) -> [Double] {
        var total = [Double](repeating: 0, count: segments * 2 * columns)
        for task in 0..<taskCount {
            let segment = task / parts
            for half in 0..<2 {
                let to = (segment * 2 + half) * columns
                let from = (task * 2 + half) * period
                for place in 0..<period { total[to + place % columns] += partial[from + place] }
            }
        }
        return total
    }

    /// Returns a value per segment and column, repeated along the folded rows: `segments · period`
    /// scalars.
    func coefficients<Scalar: FloatingScalar>(
        _ value: (_ segment: Int, _ column: Int) -> Double
    ) -> [Scalar] {
        var result: [Scalar] = []
        result.reserveCapacity(segments * period)
        for segment in 0..<segments {
            let row = (0..<columns).map { Scalar(value(segment, $0)) }
            for _ in 0..<fold { result.append(contentsOf: row) }
        }
        return result
    }
}
