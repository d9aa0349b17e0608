import GestaltTensor

/// The matching of a picture's segments, by category.
struct SegmentMatching {
    private struct Pair: Hashable {
        let truth: Int32
        let prediction: Int32
    }

    private let truths: [PanopticLabels.Segment]
    private let predictions: [PanopticLabels.Segment]
    /// Pixels by true and predicted segment; 0 is void.
    private var common: [Pair: Int] = [:]
    private var truthAreas: [Int32: Int] = [:]
    private var predictionAreas: [Int32: Int] = [:]

    init(prediction: PanopticLabels, truth: PanopticLabels) {
        truths = truth.segments
        predictions = prediction.segments
        prediction.ids.withScalars { predicted in
            truth.ids.withScalars { actual in
                for index in actual.indices {
                    common[
                        Pair(truth: actual[index], prediction: predicted[index]), default: 0] += 1
                }
            }
        }
        for (pair, count) in common {
            truthAreas[pair.truth, default: 0] += count
            predictionAreas[pair.prediction, default: 0] += count
        }
    }

    var counts: [Int: PanopticQuality.Counts] {
        var counts: [Int: PanopticQuality.Counts] = [:]
        var isMatched: (truths: Set<Int32>, predictions: Set<Int32>) = ([], [])
        for truth in truths where !truth.isCrowd {
            for prediction in predictions where prediction.category == truth.category {
                let iou = overlap(truth: truth.id, prediction: prediction.id)
                guard iou > 0.5 else { continue }
                counts[truth.category, default: .init()].truePositives += 1
                counts[truth.category, default: .init()].iou += iou
                isMatched.truths.insert(truth.id)
                isMatched.predictions.insert(prediction.id)
            }
        }
        for truth in truths
        where !truth.isCrowd && truthAreas[truth.id] != nil
            && !isMatched.truths.contains(truth.id)
        {
            counts[truth.category, default: .init()].falseNegatives += 1
        }
        for prediction in predictions
        where !isMatched.predictions.contains(prediction.id) && isCounted(prediction) {
            counts[prediction.category, default: .init()].falsePositives += 1
        }
        return counts
    }

    private func pixels(truth: Int32, prediction: Int32) -> Int {
        common[Pair(truth: truth, prediction: prediction)] ?? 0
    }

    /// IoU without the pixels whose truth is void.
    private func overlap(truth: Int32, prediction: Int32) -> Double {
        let both = pixels(truth: truth, prediction: prediction)
        guard both > 0 else { return 0 }
        let union =
            truthAreas[truth, default: 0] + predictionAreas[prediction, default: 0] - both
            - pixels(truth: 0, prediction: prediction)
        return Double(both) / Double(union)
    }

    /// Whether at most half of an unmatched prediction lies in void and in crowds of its category.
    private func isCounted(_ prediction: PanopticLabels.Segment) -> Bool {
        guard let area = predictionAreas[prediction.id] else { return false }
        let crowds = truths.filter { $0.isCrowd && $0.category == prediction.category }
        let excused =
            pixels(truth: 0, prediction: prediction.id)
            + crowds.reduce(0) { $0 + pixels(truth: $1.id, prediction: prediction.id) }
        return 2 * excused <= area
    }
}
