import GestaltChecks
import GestaltTensor

/// A confidence interval of a statistic under resampling of the test clips.
public struct ConfidenceInterval: Sendable, Hashable, Codable {
    /// The statistic of the original data.
    public let estimate: Double
    public let lower: Double
    public let upper: Double
    /// The fraction of resampled statistics between `lower` and `upper`.
    public let level: Double
    public let resamples: Int
}

/// The percentile bootstrap: resamples whole groups with replacement and takes the quantiles of the
/// statistic.
///
/// Frames of one clip are correlated, so clips are resampled, not frames.
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
    ///   - groupCount: the number of groups.
    ///   - figure: the statistic of the groups with the indices passed, which may repeat.
    /// - Returns: NaN for the bounds where the estimate is NaN. Resampled statistics that are NaN,
    ///   such as scores of a class that was not drawn, are omitted.
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
        // NaN cannot be sorted.
        let sorted = estimate.isNaN ? [] : redrawn.filter { !$0.isNaN }.sorted()
        return ConfidenceInterval(
            estimate: estimate,
            lower: quantile((1 - level) / 2, of: sorted),
            upper: quantile((1 + level) / 2, of: sorted), level: level, resamples: resamples)
    }

    /// Interpolates linearly between the two nearest order statistics.
    private func quantile(_ share: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

extension CountTable {
    /// Returns the score with an interval over clips.
    /// - Parameter clips: the clip of each image of the table, in the table's order.
    /// - Precondition: a clip for each image, and at least one.
    public func interval(
        _ score: SegmentationScore, _ reduction: Reduction, absent: AbsentClass = .one,
        clips: [Int], _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        requireClips(clips, imageCount, "CountTable.interval")
        let groups = groups(of: clips)
        return bootstrap.interval(groupCount: groups.count) { drawn in
            selecting(drawn.lazy.flatMap { groups[$0] })
                .score(score, reduction, absent: absent)
        }
    }
}

func requireClips(_ clips: [Int], _ imageCount: Int, _ operation: String) {
    require(
        clips.count == imageCount && !clips.isEmpty,
        "\(operation): \(clips.count) clips for \(imageCount) pictures")
}

/// Returns the indices of the images of each clip, clips in the order of their first image.
func groups(of clips: [Int]) -> [[Int]] {
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
    return groups
}
