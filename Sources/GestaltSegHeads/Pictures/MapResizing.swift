import GestaltTensor

extension Tensor<Float> {
    /// Resizes maps `[N, H, W, C]` with the filter used for images: bilinear for enlargement, a
    /// triangle as wide as the step for reduction. Not recorded for gradients.
    package func resizedMaps(height: Int, width: Int) -> Tensor<Float> {
        if shape[1] == height, shape[2] == width { return self }
        let rows = TriangleWeights(from: shape[1], to: height)
        let columns = TriangleWeights(from: shape[2], to: width)
        let (count, source, channels) = (shape[0], (height: shape[1], width: shape[2]), shape[3])
        let narrow = withScalars { maps in
            columns.combined(
                maps, outer: count * source.height, inner: channels)
        }
        return Tensor(
            shape: [count, height, width, channels],
            scalars: narrow.withUnsafeBufferPointer {
                rows.combined($0, outer: count, inner: width * channels)
            })
    }
}

/// The source positions of each position of the resized axis, with their weights.
private struct TriangleWeights {
    let source: Int
    private var starts: [Int] = []
    private var weights: [[Float]] = []

    init(from source: Int, to target: Int) {
        self.source = source
        let step = Double(source) / Double(target)
        let reach = max(1, step)
        for index in 0..<target {
            let center = (Double(index) + 0.5) * step
            let first = max(0, Int(center - reach + 0.5))
            let last = min(source, Int(center + reach + 0.5))
            let raw = (first..<last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
            let total = raw.reduce(0, +)
            starts.append(first)
            weights.append(raw.map { Float($0 / total) })
        }
    }

    /// Maps `[outer, source, inner]` to `[outer, target, inner]`.
    func combined(_ x: UnsafeBufferPointer<Float>, outer: Int, inner: Int) -> [Float] {
        var result = [Float](repeating: 0, count: outer * starts.count * inner)
        for block in 0..<outer {
            for (target, start) in starts.enumerated() {
                let to = (block * starts.count + target) * inner
                for (tap, weight) in weights[target].enumerated() {
                    let from = (block * source + start + tap) * inner
                    for index in 0..<inner { result[to + index] += weight * x[from + index] }
                }
            }
        }
        return result
    }
}
