/// One entry of a tensor's subscript: the selected part of an axis.
///
/// Integers and ranges of `Int` conform (``AxisIndexing``); `.newAxis` and `.ellipsis` are spelled
/// with the dot. Negative positions and bounds count from the end of the axis. Swift's ranges
/// ascend: a range that ends before the last element is `..<(-1)` or `1..<n - 1`, as `1..<(-1)`
/// traps.
public enum AxisIndex: Sendable, Hashable {
    /// The slice at one position; the axis is dropped.
    case position(Int)
    /// Every `step`-th slice from `lower` (nil: the first) to below `upper` (nil: the end).
    case range(lower: Int?, upper: Int?, step: Int)
    /// The slices at these evenly spaced positions, as in `stride(from:to:by:)`.
    case positions(first: Int, count: Int, step: Int)
    /// A new axis of length 1.
    case inserted
    /// All axes without another entry, whole.
    case remaining
}

/// A type that selects along an axis in a tensor's subscript: `Int`, ranges of `Int`,
/// `stride(from:to:by:)` and ``AxisIndex`` itself.
public protocol AxisIndexing {
    var axisIndex: AxisIndex { get }
}

extension AxisIndex: AxisIndexing {
    public var axisIndex: AxisIndex { self }
}

extension AxisIndexing where Self == AxisIndex {
    /// A new axis of length 1: `x[.newAxis, 0...]`.
    public static var newAxis: AxisIndex { .inserted }
    /// All remaining axes, like `...`, for positions after the second entry.
    public static var ellipsis: AxisIndex { .remaining }
}

extension Int: AxisIndexing {
    public var axisIndex: AxisIndex { .position(self) }
}

extension Range: AxisIndexing where Bound == Int {
    public var axisIndex: AxisIndex { .range(lower: lowerBound, upper: upperBound, step: 1) }
}

extension ClosedRange: AxisIndexing where Bound == Int {
    // An upper bound of −1 is the last element: nil, as −1 + 1 = 0 would be the first.
    public var axisIndex: AxisIndex {
        .range(lower: lowerBound, upper: upperBound == -1 ? nil : upperBound + 1, step: 1)
    }
}

extension PartialRangeFrom: AxisIndexing where Bound == Int {
    public var axisIndex: AxisIndex { .range(lower: lowerBound, upper: nil, step: 1) }
}

extension PartialRangeUpTo: AxisIndexing where Bound == Int {
    public var axisIndex: AxisIndex { .range(lower: nil, upper: upperBound, step: 1) }
}

extension PartialRangeThrough: AxisIndexing where Bound == Int {
    public var axisIndex: AxisIndex {
        .range(lower: nil, upper: upperBound == -1 ? nil : upperBound + 1, step: 1)
    }
}

extension StrideTo: AxisIndexing where Element == Int {
    public var axisIndex: AxisIndex { evenlySpaced(self) }
}

extension StrideThrough: AxisIndexing where Element == Int {
    public var axisIndex: AxisIndex { evenlySpaced(self) }
}

private func evenlySpaced(_ positions: some Sequence<Int>) -> AxisIndex {
    var iterator = positions.makeIterator()
    guard let first = iterator.next() else { return .positions(first: 0, count: 0, step: 1) }
    guard let second = iterator.next() else { return .positions(first: first, count: 1, step: 1) }
    var count = 2
    while iterator.next() != nil { count += 1 }
    return .positions(first: first, count: count, step: second - first)
}
