import GestaltTensor

/// Instances of a picture, found as clusters of the embeddings of its pixels, class by class.
///
/// The most confident pixel without a cluster starts one; the cluster's center moves to the mean of
/// the pixels within the bandwidth until it rests; those pixels are the cluster.
///
/// - Source: De Brabandere, Neven and Van Gool (2017), section 3.2: mean shift.
struct EmbeddingClusters {
    /// The pixels of each cluster, with its class.
    private(set) var clusters: [(category: Int, pixels: [Int])] = []
    private let embeddings: [Float]
    private let width: Int
    private let bandwidth: Float

    /// The smallest cluster; smaller ones are edges between two instances.
    private static let leastPixels = 3
    private static let iterations = 20

    /// - Parameters:
    ///   - probabilities: `[P, K]`, class 0 being background.
    ///   - embeddings: `[P, E]`.
    ///   - bandwidth: the distance from a center within which a pixel belongs to the cluster.
    init(_ probabilities: Tensor<Float>, _ embeddings: Tensor<Float>, bandwidth: Float) {
        self.embeddings = embeddings.scalars
        width = embeddings.shape[1]
        self.bandwidth = bandwidth
        let classCount = probabilities.shape[1]
        let scores = probabilities.scalars
        var pixels = [[Int]](repeating: [], count: classCount)
        for pixel in 0..<probabilities.shape[0] {
            let row = scores[(pixel * classCount)..<((pixel + 1) * classCount)]
            guard let best = row.indices.max(by: { row[$0] < row[$1] }) else { continue }
            pixels[best - row.startIndex].append(pixel)
        }
        for category in 1..<max(1, classCount) {
            add(
                pixels[category].sorted { a, b in
                    (scores[a * classCount + category], b) > (scores[b * classCount + category], a)
                }, category)
        }
    }

    /// Divides the pixels of a class, the most confident first.
    private mutating func add(_ pixels: [Int], _ category: Int) {
        var rest = pixels
        while let seed = rest.first {
            var center = Array(embeddings[(seed * width)..<((seed + 1) * width)])
            var members: [Int] = [seed]
            for _ in 0..<Self.iterations {
                let inside = rest.filter { squaredDistance($0, center) <= bandwidth * bandwidth }
                guard !inside.isEmpty, inside != members else { break }
                members = inside
                center = mean(of: members)
            }
            let taken = Set(members).union([seed])
            rest.removeAll { taken.contains($0) }
            if members.count >= Self.leastPixels { clusters.append((category, members)) }
        }
    }

    private func squaredDistance(_ pixel: Int, _ center: [Float]) -> Float {
        var sum: Float = 0
        for channel in 0..<width {
            let difference = embeddings[pixel * width + channel] - center[channel]
            sum += difference * difference
        }
        return sum
    }

    private func mean(of pixels: [Int]) -> [Float] {
        var sum = [Float](repeating: 0, count: width)
        for pixel in pixels {
            for channel in 0..<width { sum[channel] += embeddings[pixel * width + channel] }
        }
        return sum.map { $0 / Float(pixels.count) }
    }
}
