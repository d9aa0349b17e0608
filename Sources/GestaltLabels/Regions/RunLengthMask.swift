import GestaltChecks

/// A binary mask as lengths of runs, alternately outside and inside, starting outside, column by
/// column from the upper left corner: the uncompressed form of COCO.
///
/// Equal masks have equal runs: none is 0 but the first.
public struct RunLengthMask: Sendable, Hashable {
    public let size: PictureSize
    /// The lengths of runs; they add up to the number of pixels.
    public let runs: [Int]

    /// Creates a mask from lengths of runs. Runs of length 0 are merged with their neighbors.
    ///
    /// - Precondition: no run is negative, and they add up to the number of pixels.
    public init(size: PictureSize, runs: [Int]) {
        do {
            self = try RunLengthMask(size: size, checking: runs)
        } catch {
            stop("RunLengthMask: \(error)")
        }
    }

    /// Creates a mask from lengths of runs in a file.
    ///
    /// - Throws: ``RunLengthError`` when one is negative, or they do not add up to the number of
    ///   pixels.
    public init(size: PictureSize, checking runs: [Int]) throws(RunLengthError) {
        let expected = size.pixelCount
        var sum = 0
        var hasZeros = false
        for (index, run) in runs.enumerated() {
            guard run >= 0 else { throw .negative(index: index, length: run) }
            // Their sum may exceed every integer; the first excess is enough.
            let (next, overflow) = sum.addingReportingOverflow(run)
            guard !overflow else { throw .sum(expected: expected, found: nil) }
            sum = next
            if run == 0 && index > 0 { hasZeros = true }
        }
        guard sum == expected else { throw .sum(expected: expected, found: sum) }
        self.init(size: size, normalized: hasZeros ? Self.merged(runs) : runs)
    }

    /// Creates a mask without pixels inside.
    public init(empty size: PictureSize) {
        self.init(size: size, normalized: size.pixelCount == 0 ? [] : [size.pixelCount])
    }

    /// Creates a mask from runs that are checked and merged already.
    init(size: PictureSize, normalized runs: [Int]) {
        self.size = size
        self.runs = runs == [0] ? [] : runs
    }

    /// The number of pixels inside.
    public var area: Int { stride(from: 1, to: runs.count, by: 2).reduce(0) { $0 + runs[$1] } }

    /// Whether no pixel is inside.
    public var isEmpty: Bool { runs.count < 2 }

    /// The smallest rectangle around the pixels inside, in rows and columns; nil without any.
    public var bounds: (rows: Range<Int>, columns: Range<Int>)? {
        guard !isEmpty else { return nil }
        var (top, bottom) = (size.height, 0)
        var (left, right) = (size.width, 0)
        forEachColumnRun { column, rows in
            (top, bottom) = (min(top, rows.lowerBound), max(bottom, rows.upperBound))
            (left, right) = (min(left, column), column + 1)
        }
        return (top..<bottom, left..<right)
    }

    /// Calls `body` with the pixels inside, column by column, as ranges of rows.
    ///
    /// - Complexity: the number of runs and of the columns that they span.
    public func forEachColumnRun(_ body: (_ column: Int, _ rows: Range<Int>) -> Void) {
        let height = size.height
        var place = 0
        var isInside = false
        for run in runs {
            let end = place + run
            if isInside {
                while place < end {
                    let (column, row) = place.quotientAndRemainder(dividingBy: height)
                    let length = min(height - row, end - place)
                    body(column, row..<(row + length))
                    place += length
                }
            }
            place = end
            isInside.toggle()
        }
    }

    /// Removes runs of length 0, but the first.
    private static func merged(_ runs: [Int]) -> [Int] {
        var result: [Int] = []
        var isInside = false
        for run in runs {
            // The parity of the count says whether the last run lies inside.
            let lastIsInside = result.count % 2 == 0 && !result.isEmpty
            if !result.isEmpty && lastIsInside == isInside {
                result[result.count - 1] += run
            } else if run > 0 || result.isEmpty {
                result.append(run)
            }
            isInside.toggle()
        }
        return result
    }
}

/// Runs that are no mask of a size.
public enum RunLengthError: Error, Hashable, CustomStringConvertible {
    /// A run is negative.
    case negative(index: Int, length: Int)
    /// The runs do not add up to the number of pixels; `found` is nil where the sum exceeds every
    /// integer.
    case sum(expected: Int, found: Int?)
    /// A character of a compressed string is none of its alphabet.
    case character(index: Int)
    /// A compressed string ends inside a number.
    case open
    /// A number of a compressed string exceeds 64 bits.
    case tooWide(index: Int)

    public var description: String {
        switch self {
        case .negative(let index, let length):
            "run \(index) is negative: \(length)"
        case .sum(let expected, let found):
            "the counts add up to \(found.map(String.init) ?? "more than 2^63"), not to the "
                + "\(expected) pixels of the picture"
        case .character(let index):
            "character \(index) of the compressed counts is none of “0” to “o”"
        case .open: "the compressed counts end inside a number"
        case .tooWide(let index):
            "the number at character \(index) of the compressed counts exceeds 64 bits"
        }
    }
}
