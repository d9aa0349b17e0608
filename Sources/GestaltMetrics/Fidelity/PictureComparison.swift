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

    /// Returns the mean over channels of the mean over window positions.
    func similarity(_ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>) -> Double {
        var sum = 0.0
        for channel in 0..<channels {
            let a = plane(x, channel)
            let b = plane(y, channel)
            sum += similarity(a, b)
        }
        return sum / Double(channels)
    }

    private func plane(_ pixels: UnsafeBufferPointer<Float>, _ channel: Int) -> [Double] {
        stride(from: channel, to: pixels.count, by: channels).map { Double(pixels[$0]) }
    }

    private func similarity(_ x: [Double], _ y: [Double]) -> Double {
        let meanX = filtered(x)
        let meanY = filtered(y)
        let squareX = filtered(zip(x, x).map { $0 * $1 })
        let squareY = filtered(zip(y, y).map { $0 * $1 })
        let product = filtered(zip(x, y).map { $0 * $1 })
        let (c1, c2) = constants
        var sum = 0.0
        for place in meanX.indices {
            let (mx, my) = (meanX[place], meanY[place])
            let covariance = product[place] - mx * my
            let spread = squareX[place] - mx * mx + squareY[place] - my * my
            sum +=
                (2 * mx * my + c1) * (2 * covariance + c2)
                / ((mx * mx + my * my + c1) * (spread + c2))
        }
        return sum / Double(meanX.count)
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
