#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Structural similarity of two images of one size.
struct PictureComparison: Sendable {
    let height: Int
    let width: Int
    let channels: Int
    private let window: [Double]
    private let constants: (Double, Double)

    init(height: Int, width: Int, channels: Int, dataRange: Double) {
        self.height = height
        self.width = width
        self.channels = channels
        let side = StructuralSimilarity.windowSide
        let weights = (0..<side).map { place in
            let distance = Double(place - side / 2) / 1.5
            return exp(-0.5 * distance * distance)
        }
        let sum = weights.reduce(0, +)
        window = weights.map { $0 / sum }
        constants = (
            (0.01 * dataRange) * (0.01 * dataRange), (0.03 * dataRange) * (0.03 * dataRange)
        )
    }

    /// Returns the mean over channels and window positions.
    func similarity(_ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>) -> Double {
        mean(similarities(x, y))
    }

    /// Returns the mean over channels at each window position, `[height − 10][width − 10]`.
    func similarities(
        _ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>
    ) -> [Double] {
        var sums = [Double](
            repeating: 0, count: (height - window.count + 1) * (width - window.count + 1))
        for channel in 0..<channels {
            addSimilarities(plane(x, channel), plane(y, channel), to: &sums)
        }
        return sums.map { $0 / Double(channels) }
    }

    private func plane(_ pixels: UnsafeBufferPointer<Float>, _ channel: Int) -> [Double] {
        stride(from: channel, to: pixels.count, by: channels).map { Double(pixels[$0]) }
    }

    private func addSimilarities(_ x: [Double], _ y: [Double], to sums: inout [Double]) {
        let meanX = filtered(x)
        let meanY = filtered(y)
        let squareX = filtered(zip(x, x).map { $0 * $1 })
        let squareY = filtered(zip(y, y).map { $0 * $1 })
        let product = filtered(zip(x, y).map { $0 * $1 })
        let (c1, c2) = constants
        for place in meanX.indices {
            let (mx, my) = (meanX[place], meanY[place])
            let covariance = product[place] - mx * my
            let spread = squareX[place] - mx * mx + squareY[place] - my * my
            sums[place] +=
                (2 * mx * my + c1) * (2 * covariance + c2)
                / ((mx * mx + my * my + c1) * (spread + c2))
        }
    }

    /// Returns the weighted mean under the window at each position it fits: rows first, then
    /// columns.
    private func filtered(_ plane: [Double]) -> [Double] {
        let (narrow, short) = (width - window.count + 1, height - window.count + 1)
        var rows = Array(repeating: 0.0, count: height * narrow)
        for y in 0..<height {
            for (tap, weight) in window.enumerated() {
                for x in 0..<narrow {
                    rows[y * narrow + x] += weight * plane[y * width + x + tap]
                }
            }
        }
        var result = Array(repeating: 0.0, count: short * narrow)
        for y in 0..<short {
            for (tap, weight) in window.enumerated() {
                for x in 0..<narrow {
                    result[y * narrow + x] += weight * rows[(y + tap) * narrow + x]
                }
            }
        }
        return result
    }
}
