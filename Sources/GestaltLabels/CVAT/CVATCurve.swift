/// The matching of two closed outlines with any numbers of points, by which CVAT moves a polygon
/// from one keyframe to the next.
///
/// Both outlines are closed by repeating their first point; a point is known by the share of the
/// outline's length before it. Each point of the earlier outline goes with the nearest one of the
/// later outline, then each point of the later one that is still alone goes with the nearest of the
/// earlier. In between, pairs move along straight lines. Points that share a partner and have come
/// closer than half their average distance are one.
///
/// Source: the manual of CVAT, track mode; the rule was checked against frames that CVAT's server
/// interpolated.
struct CVATCurve {
    private let earlier: [LabelPoint]
    private let later: [LabelPoint]
    /// For each point of the earlier outline, the points of the later one, ascending.
    private let partners: [[Int]]

    /// - Precondition: both outlines have points.
    init(from earlier: [LabelPoint], to later: [LabelPoint]) {
        self.earlier = earlier + earlier.prefix(1)
        self.later = later + later.prefix(1)
        let (before, after) = (Self.shares(self.earlier), Self.shares(self.later))
        var partners = before.map { [Self.nearest($0, in: after)] }
        let matched = Set(partners.map { $0[0] })
        for (index, share) in after.enumerated() where !matched.contains(index) {
            partners[Self.nearest(share, in: before)].append(index)
        }
        self.partners = partners.map { $0.sorted() }
    }

    /// The number of points of an outline in between, at most.
    var pointCount: Int { partners.reduce(0) { $0 + $1.count } }

    /// Returns the outline at `part` of the way, 0 to 1.
    func outline(at part: Double) -> [LabelPoint] {
        var result: [LabelPoint] = []
        var start = 0
        while start < partners.count {
            let end = groupEnd(from: start)
            let isSingle = partners[start].count == 1
            let points = (start..<end).flatMap { index in
                partners[index].map { Self.between(earlier[index], later[$0], part) }
            }
            let line =
                isSingle
                ? earlier[start..<end]
                : later[partners[start][0]...partners[start][partners[start].count - 1]]
            // Its length over twice the number of points: half of an average distance.
            let least = Self.lengths(Array(line)).reduce(0, +) / Double(2 * line.count)
            result += Self.thinned(points, least)
            start = end
        }
        // The repetition of the first point.
        return Array(result.dropLast())
    }

    /// Returns the end of the points from `start` on that share one partner.
    private func groupEnd(from start: Int) -> Int {
        guard partners[start].count == 1 else { return start + 1 }
        var end = start + 1
        while end < partners.count, partners[end] == partners[start] { end += 1 }
        return end
    }

    /// Drops points between the first and the last that are too close to the one before.
    private static func thinned(_ points: [LabelPoint], _ least: Double) -> [LabelPoint] {
        guard points.count > 1, let first = points.first, let last = points.last else {
            return points
        }
        var kept = [first]
        for point in points.dropFirst().dropLast()
        where distance(kept[kept.count - 1], point) >= least {
            kept.append(point)
        }
        if kept.count == 1, distance(first, last) < least { return [between(first, last, 0.5)] }
        return kept + [last]
    }

    // MARK: Lengths

    /// Returns for each point the share of the length before it.
    private static func shares(_ points: [LabelPoint]) -> [Double] {
        var sum = 0.0
        var result = [0.0]
        for length in lengths(points) {
            sum += length
            result.append(sum)
        }
        return sum > 0 ? result.map { $0 / sum } : result
    }

    private static func lengths(_ points: [LabelPoint]) -> [Double] {
        zip(points, points.dropFirst()).map { distance($0, $1) }
    }

    /// Returns the first of the shares nearest to `share`; they ascend.
    private static func nearest(_ share: Double, in shares: [Double]) -> Int {
        func first(from value: Double) -> Int {
            var (low, high) = (0, shares.count)
            while low < high {
                let middle = (low + high) / 2
                if shares[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let above = first(from: share)
        guard above > 0 else { return 0 }
        let below = first(from: shares[above - 1])
        guard above < shares.count else { return below }
        return share - shares[below] <= shares[above] - share ? below : above
    }

    private static func distance(_ a: LabelPoint, _ b: LabelPoint) -> Double {
        ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
    }

    private static func between(_ a: LabelPoint, _ b: LabelPoint, _ part: Double) -> LabelPoint {
        LabelPoint(a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part)
    }
}
