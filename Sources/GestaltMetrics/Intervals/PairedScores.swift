import GestaltChecks

/// Scores of several runs of a method on the same images.
///
/// Differences between two methods vary less from clip to clip than the scores themselves, since
/// hard clips are hard for both: their interval says more than two intervals side by side.
public struct PairedScores: Sendable, Hashable {
    /// `runs[run][image]`; nil where an image has no score.
    public let runs: [[Double?]]
    /// The clip of each image.
    public let clips: [Int]

    /// - Precondition: at least one run and one image; a score of each run, or nil, and a clip for
    ///   each image.
    public init(runs: [[Double?]], clips: [Int]) {
        require(
            !runs.isEmpty && !clips.isEmpty && runs.allSatisfy { $0.count == clips.count },
            "PairedScores: runs of \(runs.map(\.count)) images for \(clips.count) clips")
        self.runs = runs
        self.clips = clips
    }

    /// The mean over the images of each run; NaN for a run without a score.
    public var means: [Double] { runs.map { GestaltMetrics.mean($0.compactMap { $0 }) } }

    /// The mean over runs and images.
    public var mean: Double { GestaltMetrics.mean(means) }

    /// The standard deviation of ``means`` with n − 1 in the denominator; nil for a single run.
    public var deviation: Double? { standardDeviation(means) }

    /// Returns the interval of the mean over clips.
    public func interval(_ bootstrap: Bootstrap = Bootstrap()) -> ConfidenceInterval {
        Self.interval(of: imageMeans, clips: clips, bootstrap)
    }

    /// Returns the mean difference of each image's scores, this minus `other`, each averaged over
    /// its runs, with its interval over clips. Images that lack a score on either side are left
    /// out.
    ///
    /// The interval is that of these runs on other clips; the spread over seeds is ``deviation``.
    ///
    /// - Precondition: both have the same clips, image by image.
    public func difference(
        to other: PairedScores, _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        require(
            clips == other.clips,
            "PairedScores.difference: \(clips.count) images against \(other.clips.count), or of "
                + "other clips")
        let differences = zip(imageMeans, other.imageMeans).map { mine, theirs in
            mine.flatMap { mine in theirs.map { mine - $0 } }
        }
        return Self.interval(of: differences, clips: clips, bootstrap)
    }

    /// The mean over runs of each image; nil where any run has none.
    private var imageMeans: [Double?] {
        clips.indices.map { image in
            let scores = runs.compactMap { $0[image] }
            return scores.count == runs.count ? GestaltMetrics.mean(scores) : nil
        }
    }

    private static func interval(
        of scores: [Double?], clips: [Int], _ bootstrap: Bootstrap
    ) -> ConfidenceInterval {
        let groups = groups(of: clips)
        return bootstrap.interval(groupCount: groups.count) { drawn in
            GestaltMetrics.mean(drawn.flatMap { groups[$0].compactMap { scores[$0] } })
        }
    }
}
