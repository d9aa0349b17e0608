/// A judgment of an outline in a label file, before it becomes a region.
package struct OutlineCheck {
    package enum Verdict: Equatable {
        case fine
        /// Usable; the message says what was done.
        case repaired(String)
        /// Without any use; the message says why.
        case unusable(String)
    }

    /// The size of the picture; nil where it is unknown, and nothing is outside.
    private let size: PictureSize?
    // Less outside than this is rounding, not a mistake.
    private static let tolerance = 0.01
    // Pairs of edges that are compared for crossings at most: a second's work for one outline.
    private static let largestPairCount = 1 << 22

    package init(size: PictureSize?) { self.size = size }

    /// Judges the outline of an object: its coordinates, its number of points, whether it encloses
    /// something, lies in the picture and crosses itself.
    package func verdict(on outline: [LabelPoint]) -> Verdict {
        if let point = outline.first(where: { !$0.x.isFinite || !$0.y.isFinite }) {
            let value = point.x.isFinite ? point.y : point.x
            return .unusable(
                value.isNaN
                    ? "a coordinate is NaN" : "a coordinate is Infinity or beyond all numbers")
        }
        let count = outline.count - (outline.count > 1 && outline.first == outline.last ? 1 : 0)
        if count < 3 {
            return .unusable("the outline has fewer than 3 points: \(count)")
        }
        if isFlat(outline) { return .unusable("the outline encloses no area: it is flat") }
        var remarks: [String] = []
        if let size {
            let (x, y) = extent(outline)
            let (width, height) = (Double(size.width), Double(size.height))
            if x.lowerBound >= width || x.upperBound <= 0 || y.lowerBound >= height
                || y.upperBound <= 0
            {
                return .unusable(
                    "the outline lies outside the picture: x \(x), y \(y) in \(size)")
            }
            let tolerance = Self.tolerance
            if x.lowerBound < -tolerance || y.lowerBound < -tolerance
                || x.upperBound > width + tolerance || y.upperBound > height + tolerance
            {
                remarks.append(
                    "the outline reaches outside the picture (x \(x), y \(y) in \(size)); its mask "
                        + "is clipped")
            }
        }
        if crossesItself(outline) {
            remarks.append("the outline crosses itself; it is filled even-odd")
        }
        return remarks.isEmpty ? .fine : .repaired(remarks.joined(separator: "; "))
    }

    private func extent(_ outline: [LabelPoint]) -> (ClosedRange<Double>, ClosedRange<Double>) {
        var (low, high) = (outline[0], outline[0])
        for point in outline {
            low = LabelPoint(min(low.x, point.x), min(low.y, point.y))
            high = LabelPoint(max(high.x, point.x), max(high.y, point.y))
        }
        return (low.x...high.x, low.y...high.y)
    }

    /// Whether all points lie on one line.
    private func isFlat(_ outline: [LabelPoint]) -> Bool {
        let first = outline[0]
        guard let other = outline.first(where: { $0 != first }) else { return true }
        return outline.allSatisfy { Self.side(first, other, $0) == 0 }
    }

    /// Twice the area of a triangle; its sign is the side of `c` on the line from `a` to `b`.
    private static func side(_ a: LabelPoint, _ b: LabelPoint, _ c: LabelPoint) -> Double {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }

    /// Whether two edges cross at a point inside both. Touching edges, as of the bridges to holes,
    /// do not cross.
    ///
    /// Edges are sorted by `x`, so that only those that overlap are compared; an outline made to
    /// defeat that is compared in part.
    private func crossesItself(_ outline: [LabelPoint]) -> Bool {
        var edges: [Edge] = []
        edges.reserveCapacity(outline.count)
        var from = outline[outline.count - 1]
        for to in outline {
            if from != to { edges.append(Edge(from, to)) }
            from = to
        }
        edges.sort { $0.left < $1.left }
        var pairs = 0
        for index in edges.indices {
            let edge = edges[index]
            var other = index + 1
            while other < edges.count, edges[other].left <= edge.right {
                if edge.crosses(edges[other]) { return true }
                other += 1
                pairs += 1
            }
            if pairs > Self.largestPairCount { return false }
        }
        return false
    }

    private struct Edge {
        let a: LabelPoint
        let b: LabelPoint
        let left: Double
        let right: Double

        init(_ a: LabelPoint, _ b: LabelPoint) {
            self.a = a
            self.b = b
            left = min(a.x, b.x)
            right = max(a.x, b.x)
        }

        func crosses(_ other: Edge) -> Bool {
            if max(a.y, b.y) < min(other.a.y, other.b.y)
                || min(a.y, b.y) > max(other.a.y, other.b.y)
            {
                return false
            }
            let (c, d) = (
                OutlineCheck.side(a, b, other.a), OutlineCheck.side(a, b, other.b)
            )
            guard c > 0 && d < 0 || c < 0 && d > 0 else { return false }
            let (e, f) = (
                OutlineCheck.side(other.a, other.b, a), OutlineCheck.side(other.a, other.b, b)
            )
            return e > 0 && f < 0 || e < 0 && f > 0
        }
    }
}
