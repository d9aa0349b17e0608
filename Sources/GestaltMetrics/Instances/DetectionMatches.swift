/// The predictions of one category in one picture, with the outcome at each IoU threshold.
struct DetectionMatches: Sendable, Hashable, Codable {
    struct Prediction: Sendable, Hashable, Codable {
        let score: Double
        /// Bit t: matched at `IoUThresholds.all[t]`.
        var matched: UInt16 = 0
        /// Bit t: counts neither as right nor as wrong.
        var ignored: UInt16 = 0
    }

    /// True instances that count: no crowds, and only of the range of areas.
    let truthCount: Int
    /// Best score first, at most ``limit``.
    let predictions: [Prediction]

    /// The maximum number of evaluated predictions per picture and category.
    static let limit = 100

    /// Matches greedily, best score first, each to the free truth with the greatest IoU.
    ///
    /// - Parameters:
    ///   - predictions: best score first.
    ///   - overlaps: IoU by prediction and truth.
    init(
        _ predictions: [PredictedInstance], _ truths: [TrueInstance], overlaps: [[Double]],
        area: AreaRange
    ) {
        let isIgnored = truths.map { $0.isCrowd || !area.contains($0.area) }
        // Truths that count come first: a prediction takes an ignored one only where it finds no
        // other.
        let order =
            truths.indices.filter { !isIgnored[$0] } + truths.indices.filter { isIgnored[$0] }
        var outcomes = predictions.map { Prediction(score: $0.score) }
        for (bit, threshold) in IoUThresholds.all.enumerated() {
            var isTaken = Array(repeating: false, count: truths.count)
            for index in predictions.indices {
                let match = Self.match(
                    overlaps[index], order, threshold: threshold,
                    isFree: { !isTaken[$0] || truths[$0].isCrowd }, isIgnored: { isIgnored[$0] })
                if let match {
                    isTaken[match] = true
                    outcomes[index].matched |= 1 << bit
                    if isIgnored[match] { outcomes[index].ignored |= 1 << bit }
                } else if !area.contains(Double(predictions[index].mask.area)) {
                    outcomes[index].ignored |= 1 << bit
                }
            }
        }
        truthCount = isIgnored.reduce(0) { $0 + ($1 ? 0 : 1) }
        self.predictions = outcomes
    }

    private static func match(
        _ overlaps: [Double], _ order: [Int], threshold: Double, isFree: (Int) -> Bool,
        isIgnored: (Int) -> Bool
    ) -> Int? {
        var best: Int?
        var least = threshold
        for truth in order where isFree(truth) {
            if let best, !isIgnored(best) && isIgnored(truth) { break }
            // Among equal overlaps the last truth wins, as in COCO's program.
            guard overlaps[truth] >= least else { continue }
            least = overlaps[truth]
            best = truth
        }
        return best
    }
}

/// 0.50, 0.55, …, 0.95, with the rounding of NumPy's `linspace`, since overlaps can be equal to
/// them.
enum IoUThresholds {
    static let all: [Double] = (0..<10).map { index in
        let step = (0.95 - 0.5) / 9.0
        return index == 9 ? 0.95 : 0.5 + Double(index) * step
    }
}
