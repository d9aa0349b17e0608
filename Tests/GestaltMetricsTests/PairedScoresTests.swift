import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct PairedScoresTests {
    /// Ten clips of three images whose scores vary widely between clips and little within.
    private static func scores(_ seed: UInt64, above: Double = 0) -> [Double?] {
        var random = RandomStream(seed: seed)
        return (0..<30).map { 0.05 * Double($0 / 3) + 0.01 * Double(random.number()) + above }
    }

    private static let clips = (0..<30).map { $0 / 3 }

    @Test func meansAndSpreadByHand() {
        let scores = PairedScores(runs: [[0.5, 1, nil], [0.25, 0.5, 0]], clips: [0, 0, 1])
        #expect(scores.means == [0.75, 0.25])
        #expect(scores.mean == 0.5)
        // Two values 0.5 apart: their deviation is 0.5 / √2.
        #expect(abs(scores.deviation! - 0.5 / 2.0.squareRoot()) < 1e-12)
        #expect(PairedScores(runs: [[1]], clips: [0]).deviation == nil)
    }

    @Test func constantLeadHasAnIntervalOfNoWidth() {
        let runs = [Self.scores(1), Self.scores(2)]
        let better = PairedScores(
            runs: runs.map { $0.map { $0.map { $0 + 0.125 } } }, clips: Self.clips)
        let lead = better.difference(to: PairedScores(runs: runs, clips: Self.clips))
        for bound in [lead.estimate, lead.lower, lead.upper] {
            #expect(abs(bound - 0.125) < 1e-12)
        }
    }

    @Test func pairingRemovesWhatClipsHaveInCommon() {
        let one = PairedScores(runs: [Self.scores(1, above: 0.02)], clips: Self.clips)
        let other = PairedScores(runs: [Self.scores(2)], clips: Self.clips)
        let (first, second) = (one.interval(), other.interval())
        #expect(first.lower < second.upper, "apart, the intervals overlap")
        #expect(one.difference(to: other).lower > 0, "paired, the lead is plain")
        #expect(other.difference(to: one).upper < 0)
    }

    /// Clips are resampled whole: twenty copies of each image are no more evidence than one.
    @Test func copiesOfImagesNarrowNothing() {
        let one = PairedScores(runs: [[0.1, 0.9, 0.4]], clips: [0, 1, 2]).interval()
        let copies = PairedScores(
            runs: [[0.1, 0.9, 0.4].flatMap { [Double?](repeating: $0, count: 20) }],
            clips: [0, 1, 2].flatMap { [Int](repeating: $0, count: 20) }
        ).interval()
        #expect(abs(one.lower - copies.lower) < 1e-12 && abs(one.upper - copies.upper) < 1e-12)
    }

    @Test func imagesWithoutAScoreOnEitherSideAreLeftOut() {
        let one = PairedScores(runs: [[0.5, nil, 0.7]], clips: [0, 1, 2])
        let other = PairedScores(runs: [[0.25, 0.9, nil]], clips: [0, 1, 2])
        #expect(one.difference(to: other).estimate == 0.25)
    }
}
