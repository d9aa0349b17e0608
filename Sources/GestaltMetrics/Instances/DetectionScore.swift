import GestaltChecks

/// The scores of COCO's detection evaluation, from 0 to 1; raw values are its names.
public enum DetectionScore: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    /// Average precision, mean over IoU 0.50, 0.55, …, 0.95.
    case ap = "AP"
    case ap50 = "AP50"
    case ap75 = "AP75"
    /// Of instances of at most 32² pixels.
    case apSmall = "APsmall"
    case apMedium = "APmedium"
    /// Of instances of at least 96² pixels.
    case apLarge = "APlarge"
    /// Recall with one prediction per picture and category, mean over the IoU thresholds.
    case ar1 = "AR1"
    case ar10 = "AR10"
    case ar100 = "AR100"
    case arSmall = "ARsmall"
    case arMedium = "ARmedium"
    case arLarge = "ARlarge"

    var isRecall: Bool {
        switch self {
        case .ap, .ap50, .ap75, .apSmall, .apMedium, .apLarge: false
        case .ar1, .ar10, .ar100, .arSmall, .arMedium, .arLarge: true
        }
    }

    var area: AreaRange {
        switch self {
        case .apSmall, .arSmall: .small
        case .apMedium, .arMedium: .medium
        case .apLarge, .arLarge: .large
        default: .all
        }
    }

    /// The greatest number of predictions per picture and category.
    var limit: Int {
        switch self {
        case .ar1: 1
        case .ar10: 10
        default: DetectionMatches.limit
        }
    }

    /// Indices into `IoUThresholds.all`.
    var thresholds: [Int] {
        switch self {
        case .ap50: [0]
        case .ap75: [5]
        default: Array(IoUThresholds.all.indices)
        }
    }
}

extension AveragePrecision {
    /// Returns one score.
    ///
    /// - Parameter category: nil for the mean over categories with a true instance.
    /// - Returns: NaN without a true instance (of the score's range of areas).
    public func score(_ score: DetectionScore, category: Int? = nil) -> Double {
        self.score(score, category: category, pictures: ranking)
    }

    /// Returns all scores by COCO's names.
    public func scores(category: Int? = nil) -> [DetectionScore: Double] {
        Dictionary(
            uniqueKeysWithValues: DetectionScore.allCases.map {
                ($0, score($0, category: category))
            })
    }

    /// Returns a score with an interval over clips.
    /// - Parameter clips: the clip of each picture, in the order of adding.
    /// - Precondition: a clip for each picture, and at least one.
    public func interval(
        _ score: DetectionScore, category: Int? = nil, clips: [Int],
        _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        requireClips(clips, imageCount, "AveragePrecision.interval")
        // Positions in the ranking, so that a drawn set is ordered by sorting numbers.
        var place = Array(repeating: 0, count: pictures.count)
        let ranking = ranking
        for (position, picture) in ranking.enumerated() { place[picture] = position }
        let groups = groups(of: clips)
        return bootstrap.interval(groupCount: groups.count) { drawn in
            let places = drawn.flatMap { groups[$0].map { place[$0] } }.sorted()
            return self.score(score, category: category, pictures: places.map { ranking[$0] })
        }
    }

    /// Returns the precision at recall 0, 0.01, …, 1 at an IoU threshold: at each recall the
    /// greatest precision of that or a greater recall.
    /// - Returns: nil without a true instance.
    /// - Precondition: `iou` is one of 0.50, 0.55, …, 0.95.
    public func precisions(at iou: Double, category: Int) -> [Double]? {
        guard let bit = IoUThresholds.all.firstIndex(where: { abs($0 - iou) < 1e-9 }) else {
            stop("AveragePrecision.precisions: IoU \(iou) is not one of 0.50, 0.55, …, 0.95")
        }
        let ranked = RankedPredictions(
            ranking.lazy.compactMap { pictures[$0].categories[category]?[AreaRange.all.rawValue] },
            limit: DetectionMatches.limit)
        return ranked.truthCount == 0 ? nil : ranked.precisions(threshold: bit)
    }

    /// The pictures by their number.
    private var ranking: [Int] { ordered(Array(pictures.indices)) { pictures[$0].image } }

    private func score(
        _ score: DetectionScore, category: Int?, pictures order: [Int]
    ) -> Double {
        let values = (category.map { [$0] } ?? categories).compactMap { category -> Double? in
            let ranked = RankedPredictions(
                order.lazy.compactMap { pictures[$0].categories[category]?[score.area.rawValue] },
                limit: score.limit)
            guard ranked.truthCount > 0 else { return nil }
            return mean(
                score.thresholds.map {
                    score.isRecall
                        ? ranked.recall(threshold: $0) : mean(ranked.precisions(threshold: $0))
                })
        }
        return mean(values)
    }
}
