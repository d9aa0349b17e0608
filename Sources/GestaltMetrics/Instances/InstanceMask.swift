import GestaltChecks
import GestaltTensor

/// The mask of one instance as run lengths: alternately outside and inside, starting outside,
/// column by column from the upper left corner, as in COCO.
///
/// Overlaps are computed run by run, so a metric needs no bitmap of any instance.
public struct InstanceMask: Sendable, Hashable, Codable {
    public let height: Int
    public let width: Int
    public let runs: [Int]
    /// The number of pixels inside.
    public let area: Int

    /// - Parameter runs: COCO's uncompressed counts; lengths of 0 are allowed.
    /// - Precondition: no length is negative, and their sum is `height * width`.
    public init(height: Int, width: Int, runs: [Int]) {
        require(
            height >= 0 && width >= 0 && runs.allSatisfy { $0 >= 0 }
                && runs.reduce(0, +) == height * width,
            "InstanceMask: runs with a sum of \(runs.reduce(0, +)) for \(height) × \(width) pixels")
        self.height = height
        self.width = width
        self.runs = runs
        area = stride(from: 1, to: runs.count, by: 2).reduce(0) { $0 + runs[$1] }
    }

    /// - Parameter mask: `[height, width]`.
    /// - Precondition: rank 2.
    public init(_ mask: Tensor<Bool>) {
        require(mask.rank == 2, "InstanceMask: shape \(mask.shape) is not [height, width]")
        self.init(height: mask.shape[0], width: mask.shape[1], pixels: mask.scalars) { $0 }
    }

    /// The pixels of one label of a label picture.
    /// - Parameter labels: `[height, width]`.
    /// - Precondition: rank 2.
    public init<Label: NumericScalar & BinaryInteger>(of label: Label, in labels: Tensor<Label>) {
        require(labels.rank == 2, "InstanceMask: shape \(labels.shape) is not [height, width]")
        self.init(height: labels.shape[0], width: labels.shape[1], pixels: labels.scalars) {
            $0 == label
        }
    }

    private init<Pixel>(
        height: Int, width: Int, pixels: [Pixel], isInside: (Pixel) -> Bool
    ) {
        var runs: [Int] = []
        var (length, wasInside) = (0, false)
        for x in 0..<width {
            for y in 0..<height {
                if isInside(pixels[y * width + x]) != wasInside {
                    runs.append(length)
                    length = 0
                    wasInside.toggle()
                }
                length += 1
            }
        }
        runs.append(length)
        self.init(height: height, width: width, runs: runs)
    }

    /// Returns the number of pixels inside both masks.
    /// - Precondition: equal sizes.
    public func intersection(_ other: InstanceMask) -> Int {
        require(
            height == other.height && width == other.width,
            "InstanceMask: \(height) × \(width) against \(other.height) × \(other.width)")
        var common = 0
        var (mine, theirs) = (RunCursor(runs), RunCursor(other.runs))
        while !mine.isAtEnd && !theirs.isAtEnd {
            let end = min(mine.end, theirs.end)
            if mine.isInside && theirs.isInside { common += end - max(mine.start, theirs.start) }
            if mine.end == end { mine.advance() }
            if theirs.end == end { theirs.advance() }
        }
        return common
    }

    /// The box around the pixels inside; nil without any.
    var box: Box? {
        var result: Box?
        var cursor = RunCursor(runs)
        while !cursor.isAtEnd {
            if cursor.isInside && cursor.end > cursor.start {
                let (left, top) = cursor.start.quotientAndRemainder(dividingBy: height)
                let (right, bottom) = (cursor.end - 1).quotientAndRemainder(dividingBy: height)
                // A run that continues in the next column reaches both edges.
                let part = Box(
                    left: left, top: left == right ? top : 0, right: right + 1,
                    bottom: left == right ? bottom + 1 : height)
                result = result?.union(part) ?? part
            }
            cursor.advance()
        }
        return result
    }
}

/// A rectangle of whole pixels; `right` and `bottom` are exclusive.
struct Box {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var area: Int { (right - left) * (bottom - top) }

    func union(_ other: Box) -> Box {
        Box(
            left: min(left, other.left), top: min(top, other.top),
            right: max(right, other.right), bottom: max(bottom, other.bottom))
    }

    func intersection(_ other: Box) -> Int {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        return width > 0 && height > 0 ? width * height : 0
    }
}

/// A position among the runs of a mask.
private struct RunCursor {
    private let runs: [Int]
    private var index = 0
    private(set) var start = 0
    private(set) var end = 0

    init(_ runs: [Int]) {
        self.runs = runs
        end = runs.first ?? 0
    }

    var isAtEnd: Bool { index >= runs.count }
    var isInside: Bool { index % 2 == 1 }

    mutating func advance() {
        index += 1
        start = end
        if index < runs.count { end += runs[index] }
    }
}
