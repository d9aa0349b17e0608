import GestaltChecks
import GestaltTensor

/// An interval that a figure would fall into had the test clips been drawn again.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
    /// The figure of the data as they are.
    public let estimate: Double
    public let lower: Double
    public let upper: Double
    /// The share of redrawn figures between `lower` and `upper`.
    public let level: Double
    public let resamples: Int
}

/// The percentile bootstrap: redraws whole groups with replacement and takes the quantiles of the
/// figure.
///
/// Frames of one clip resemble each other, so clips are redrawn, not frames.
///
/// - Source: Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13.
public struct Bootstrap: Sendable, Hashable, Codable {
    public var resamples: Int
    public var level: Double
    public var seed: UInt64

    /// - Precondition: `resamples` is positive, `level` between 0 and 1.
    public init(resamples: Int = 1000, level: Double = 0.95, seed: UInt64 = 0) {
        require(
            resamples > 0 && level > 0 && level < 1,
            "Bootstrap(resamples: \(resamples), level: \(level))")
        self.resamples = resamples
        self.level = level
        self.seed = seed
    }

    /// - Parameters:
    ///   - groupCount: how many groups there are to draw from.
    ///   - figure: the figure of the groups whose indices it is given, some of them repeatedly.
    /// - Returns: NaN for the bounds where the estimate is NaN. Redrawn figures that are NaN, such as
    ///   scores of a class that was not drawn, are left out.
    /// - Precondition: at least one group.
    public func interval(
        groupCount: Int, of figure: (_ groups: [Int]) -> Double
    ) -> ConfidenceInterval {
        require(groupCount > 0, "Bootstrap.interval: no group")
        var stream = RandomStream(seed: seed)
        let redrawn = (0..<resamples).map { _ in
            figure((0..<groupCount).map { _ in stream.integer(in: 0..<groupCount) })
        }
        let estimate = figure(Array(0..<groupCount))
        // NaN has no place in an order.
        let sorted = estimate.isNaN ? [] : redrawn.filter { !$0.isNaN }.sorted()
        return ConfidenceInterval(
            estimate: estimate,
            lower: quantile((1 - level) / 2, of: sorted),
            upper: quantile((1 + level) / 2, of: sorted), level: level, resamples: resamples)
    }

    /// Linear between the two nearest order statistics.
    private func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

extension CountTable {
    /// The score with an interval over clips.
    /// - Parameter clips: the clip that each picture of the table is from, in the table's order.
    /// - Precondition: a clip for each picture, and at least one.
    public func interval(
        _ score: SegmentationScore, _ reduction: Reduction, absent: AbsentClass = .one,
        clips: [Int], _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        require(
            clips.count == imageCount && !clips.isEmpty,
            "CountTable.interval: \(clips.count) clips for \(imageCount) pictures")
        var places: [Int: Int] = [:]
        var groups: [[Int]] = []
        for (picture, clip) in clips.enumerated() {
            if let place = places[clip] {
                groups[place].append(picture)
            } else {
                places[clip] = groups.count
                groups.append([picture])
            }
        }
        return bootstrap.interval(groupCount: groups.count) { drawn in
            selecting(drawn.lazy.flatMap { groups[$0] })
                .score(score, reduction, absent: absent)
        }
    }
}
