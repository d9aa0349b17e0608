/// A mask of a CVAT file: runs row by row in a part of the picture, starting outside.
struct CVATMask {
    let runs: [Int]
    let left: Int
    let top: Int
    let width: Int
    let height: Int
}

extension CVATMask {
    /// - Throws: ``CVATFault`` for runs that do not add up to the part, without building anything
    ///   of its size.
    init(_ attributes: CVATAttributes) throws(CVATFault) {
        left = try attributes.integer("left")
        top = try attributes.integer("top")
        width = try attributes.integer("width")
        height = try attributes.integer("height")
        guard left >= 0, top >= 0 else {
            throw CVATFault("the mask begins outside of the picture, at \(left), \(top)")
        }
        guard width > 0, height > 0 else {
            throw CVATFault("a mask of \(width) × \(height) pixels (width × height)")
        }
        let (count, isHuge) = width.multipliedReportingOverflow(by: height)
        guard !isHuge, count <= PictureSize.maximumPixelCount else {
            throw CVATFault("a mask of \(width) × \(height) pixels is too large")
        }
        var runs: [Int] = []
        var sum = 0
        for text in try attributes.required("rle").split(separator: ",") {
            let digits = text.trimmingPrefix { $0 == " " }
            guard let run = Int(digits), run >= 0 else {
                throw CVATFault("rle: “\(digits.prefix(40))” is not the length of a run")
            }
            sum = sum.addingReportingOverflow(run).partialValue
            guard (0...count) ~= sum else {
                throw CVATFault(
                    "the runs add up to more than the \(count) pixels of \(width) × \(height)")
            }
            runs.append(run)
        }
        guard sum == count else {
            throw CVATFault(
                "the runs add up to \(sum), not to the \(count) pixels of \(width) × \(height)")
        }
        self.runs = runs
    }

    /// Returns the mask of the whole picture, column by column.
    func placed(
        in size: PictureSize, _ allowance: inout CVATAllowance
    ) throws(CVATFault) -> RunLengthMask {
        guard width <= size.width, left <= size.width - width, height <= size.height,
            top <= size.height - height
        else {
            throw CVATFault(
                "the mask of \(width) × \(height) pixels (width × height) at \(left), \(top) "
                    + "reaches outside of the picture of \(size.width) × \(size.height)")
        }
        let transposition = RunTransposition(
            rowLength: width, rowCount: height, stride: size.height,
            offset: left * size.height + top)
        guard let changes = transposition.changes(runs, limit: allowance.remaining) else {
            throw CVATFault("the mask expands to more runs than the whole file may have")
        }
        try allowance.spend(changes.count)
        return RunLengthMask(size: size, changes: changes)
    }

    /// The smallest part of the picture that holds the mask; nil for an empty one.
    init?(_ mask: RunLengthMask) {
        guard let bounds = mask.bounds else { return nil }
        let size = mask.size
        // A column of the picture is a row of the source.
        let transposition = RunTransposition(
            rowLength: size.height, rowCount: size.width, stride: size.width, offset: 0)
        let changes = transposition.changes(mask.runs, limit: .max) ?? []
        left = bounds.columns.lowerBound
        top = bounds.rows.lowerBound
        width = bounds.columns.count
        height = bounds.rows.count
        var collector = RunCollector()
        for index in stride(from: 0, to: changes.count - 1, by: 2) {
            var place = changes[index]
            // A run over several rows is cut to the part, row by row.
            while place < changes[index + 1] {
                let (row, column) = place.quotientAndRemainder(dividingBy: size.width)
                let end = min(changes[index + 1], (row + 1) * size.width)
                collector.add(
                    start: (row - top) * width + column - left, count: end - place)
                place = end
            }
        }
        runs = collector.finished(count: width * height)
    }
}
