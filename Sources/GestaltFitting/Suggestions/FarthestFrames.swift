import Foundation

/// Farthest-point sampling of frames, weighted by their uncertainty.
struct FarthestFrames {
    private let latents: [[Float]]
    private let views: [FrameView]
    /// The first frames, which are labeled.
    private let known: Int
    /// The mean difference of thumbnails, in gray steps, below which frames look alike.
    let alike: Double

    /// - Parameters:
    ///   - clips: the clip of each view.
    ///   - known: the number of views, the first ones, of labeled frames.
    init(_ views: [FrameView], clips: [Int], known: Int) {
        self.views = views
        self.known = known
        latents = Self.standardized(views.map(\.latent))
        alike = Self.threshold(of: views, clips)
    }

    /// The share of the usual difference below which frames look alike.
    private static let alikeShare = 1.0 / 3
    /// Pairs whose difference is measured, at most.
    private static let mostPairs = 1000

    /// Returns the places of up to `count` frames, each with its distance to the nearest earlier
    /// one.
    func choice(of count: Int) -> [(place: Int, distance: Double?)] {
        var distances = [Double](repeating: .infinity, count: views.count)
        var isOpen = [Bool](repeating: true, count: views.count)
        func take(_ place: Int) {
            for other in known..<views.count where isOpen[other] {
                distances[other] = min(distances[other], distance(place, other))
                if difference(place, other) < alike { isOpen[other] = false }
            }
        }
        for place in 0..<known { take(place) }
        var chosen: [(place: Int, distance: Double?)] = []
        while chosen.count < count {
            var best: (place: Int, score: Double)?
            for place in known..<views.count where isOpen[place] {
                // Without an earlier frame the uncertainty alone decides.
                let distance = distances[place].isFinite ? distances[place] : 1
                // A model that is certain everywhere leaves the choice to the distance.
                let score = (views[place].uncertainty + 1e-6) * distance
                if score > best?.score ?? -1 { best = (place, score) }
            }
            guard let best else { break }
            let distance = distances[best.place]
            chosen.append((best.place, distance.isFinite ? distance : nil))
            isOpen[best.place] = false
            take(best.place)
        }
        return chosen
    }

    private func distance(_ a: Int, _ b: Int) -> Double {
        var sum: Float = 0
        for (x, y) in zip(latents[a], latents[b]) { sum += (x - y) * (x - y) }
        return Double(sum / Float(max(1, latents[a].count))).squareRoot()
    }

    /// Returns the mean difference of two thumbnails in gray steps.
    private func difference(_ a: Int, _ b: Int) -> Double { Self.difference(views[a], views[b]) }

    private static func difference(_ a: FrameView, _ b: FrameView) -> Double {
        var sum = 0
        for (x, y) in zip(a.thumbnail, b.thumbnail) { sum += abs(Int(x) - Int(y)) }
        return Double(sum) / Double(max(1, a.thumbnail.count))
    }

    /// A third of the median difference of frames half a clip apart, at least half a gray step; of
    /// single pictures that of any pairs. Clips may differ more from each other than their frames.
    private static func threshold(of views: [FrameView], _ clips: [Int]) -> Double {
        var groups = Dictionary(grouping: views.indices) { clips[$0] }
            .sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }
        if groups.isEmpty { groups = [Array(views.indices)] }
        let pairs = groups.filter { $0.count > 1 }.flatMap { group in
            group.indices.map { (group[$0], group[($0 + group.count / 2) % group.count]) }
        }
        let step = max(1, pairs.count / mostPairs)
        let differences = stride(from: 0, to: pairs.count, by: step)
            .map { difference(views[pairs[$0].0], views[pairs[$0].1]) }.sorted()
        guard !differences.isEmpty else { return leastDifference }
        return max(leastDifference, alikeShare * differences[differences.count / 2])
    }

    /// In gray steps.
    private static let leastDifference = 0.5

    /// Returns vectors whose components have a mean of 0 and a standard deviation of 1, or 0.
    private static func standardized(_ vectors: [[Float]]) -> [[Float]] {
        guard let length = vectors.first?.count else { return [] }
        var result = vectors
        let count = Float(vectors.count)
        for k in 0..<length {
            let mean = vectors.reduce(0) { $0 + $1[k] } / count
            let variance = vectors.reduce(0) { $0 + ($1[k] - mean) * ($1[k] - mean) } / count
            let scale = variance > 0 ? 1 / variance.squareRoot() : 0
            for place in result.indices { result[place][k] = (vectors[place][k] - mean) * scale }
        }
        return result
    }
}
