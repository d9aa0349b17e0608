/// The predictions of a category over all pictures, best score first.
struct RankedPredictions {
    let truthCount: Int
    private let predictions: [DetectionMatches.Prediction]

    /// - Parameter limit: the number of predictions of each picture that count.
    init(_ pictures: some Sequence<DetectionMatches>, limit: Int) {
        var (truths, all) = (0, [DetectionMatches.Prediction]())
        for picture in pictures {
            truths += picture.truthCount
            all += picture.predictions.prefix(limit)
        }
        truthCount = truths
        predictions = ordered(all) { -$0.score }
    }

    /// Returns the part of the true instances that is found.
    func recall(threshold: Int) -> Double {
        let hits = predictions.reduce(0) { $0 + ($1.isHit(threshold) ? 1 : 0) }
        return Double(hits) / Double(truthCount)
    }

    /// Returns the interpolated precision at recall 0, 0.01, …, 1; 0 where it is not reached.
    func precisions(threshold: Int) -> [Double] {
        var (hits, misses) = (0, 0)
        var precisions: [Double] = []
        var recalls: [Double] = []
        for prediction in predictions where !prediction.isIgnored(threshold) {
            if prediction.isHit(threshold) { hits += 1 } else { misses += 1 }
            recalls.append(Double(hits) / Double(truthCount))
            precisions.append(Double(hits) / Double(hits + misses))
        }
        for index in precisions.indices.dropLast().reversed() {
            precisions[index] = max(precisions[index], precisions[index + 1])
        }
        var place = 0
        return (0...100).map { percent in
            // Rounded as NumPy's `linspace` does, since recalls can be equal to it.
            let recall = Double(percent) * 0.01
            while place < recalls.count && recalls[place] < recall { place += 1 }
            return place < recalls.count ? precisions[place] : 0
        }
    }
}

extension DetectionMatches.Prediction {
    func isIgnored(_ threshold: Int) -> Bool { ignored & (1 << threshold) != 0 }

    func isHit(_ threshold: Int) -> Bool {
        matched & (1 << threshold) != 0 && !isIgnored(threshold)
    }
}
