/// A least-squares step of every pixel's displacement.
struct FlowStep {
    private let source: FlowPicture
    private let radius: Int
    private let damping: Float
    private let slopes: [(x: [Float], y: [Float])]

    /// The longest step in pixels: the linear model holds no further.
    private static let longest: Float = 1

    init(source: FlowPicture, radius: Int, damping: Float) {
        (self.source, self.radius, self.damping) = (source, radius, damping)
        slopes = source.channels.indices.map(source.derivatives)
    }

    /// Returns the flow after a step.
    ///
    /// The linear model of a pixel q around p, warped by its own flow u(q), is difference(q) +
    /// slope(q) · (u(p) − u(q)) = 0 for the new flow u(p). With a common step instead, u(p) plus
    /// the same increment for all of the window, errors of neighbors grow from step to step.
    func improved(_ flow: FlowField, target: FlowPicture) -> FlowField {
        let warped = target.warped(by: flow)
        let count = source.height * source.width
        // Σ dx², Σ dx·dy, Σ dy², Σ dx·goal, Σ dy·goal
        var sums = [[Float]](repeating: [Float](repeating: 0, count: count), count: 5)
        for channel in source.channels.indices {
            let (plane, other) = (source.channels[channel], warped.channels[channel])
            let (mine, theirs) = (slopes[channel], warped.derivatives(channel))
            for place in 0..<count {
                let dx = (mine.x[place] + theirs.x[place]) / 2
                let dy = (mine.y[place] + theirs.y[place]) / 2
                let goal =
                    dx * flow.x[place] + dy * flow.y[place] - (other[place] - plane[place])
                sums[0][place] += dx * dx
                sums[1][place] += dx * dy
                sums[2][place] += dy * dy
                sums[3][place] += dx * goal
                sums[4][place] += dy * goal
            }
        }
        let means = sums.map(windowMeans)
        var result = flow
        for place in 0..<count {
            let (a, b, c) = (means[0][place] + damping, means[1][place], means[2][place] + damping)
            // Positive: damping is, and a·c ≥ b² without it.
            let determinant = a * c - b * b
            let (x, y) = (flow.x[place], flow.y[place])
            let (p, q) = (means[3][place] + damping * x, means[4][place] + damping * y)
            result.x[place] = x + limited((c * p - b * q) / determinant - x)
            result.y[place] = y + limited((a * q - b * p) / determinant - y)
        }
        return result
    }

    private func limited(_ step: Float) -> Float {
        min(max(step, -Self.longest), Self.longest)
    }

    /// The means over the window of each pixel, as far as it is inside.
    private func windowMeans(_ plane: [Float]) -> [Float] {
        let (height, width) = (source.height, source.width)
        let rows = means(
            plane, lines: height, length: width, lineStep: width, step: 1)
        return means(rows, lines: width, length: height, lineStep: 1, step: width)
    }

    private func means(
        _ plane: [Float], lines: Int, length: Int, lineStep: Int, step: Int
    ) -> [Float] {
        var result = plane
        for line in 0..<lines {
            let start = line * lineStep
            for place in 0..<length {
                let window = max(0, place - radius)...min(length - 1, place + radius)
                var sum: Float = 0
                for other in window { sum += plane[start + other * step] }
                result[start + place * step] = sum / Float(window.count)
            }
        }
        return result
    }
}
