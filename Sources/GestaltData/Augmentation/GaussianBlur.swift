import Foundation

/// A convolution with a Gaussian, rows then columns; beyond the edge its pixels are repeated.
struct GaussianBlur {
    /// Weights from the farthest pixel on one side to that on the other; their sum is 1.
    private let weights: [Float]

    /// - Parameter sigma: the standard deviation in pixels, above 0. The weights reach three of
    ///   them.
    init(sigma: Float) {
        let radius = max(1, Int((3 * sigma).rounded(.up)))
        let densities = (-radius...radius).map { distance in
            exp(-Double(distance * distance) / (2 * Double(sigma) * Double(sigma)))
        }
        let sum = densities.reduce(0, +)
        weights = densities.map { Float($0 / sum) }
    }

    /// Blurs one picture `[height, width, 3]` in place.
    func apply(to picture: UnsafeMutablePointer<Float>, height: Int, width: Int) {
        let (row, radius) = (width * 3, weights.count / 2)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: height * row) { middle in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: row + radius * 6) { padded in
                guard let middle = middle.baseAddress, let padded = padded.baseAddress else {
                    return
                }
                for y in 0..<height {
                    pad(picture + y * row, to: padded, width: width, by: radius)
                    sum(of: row, to: middle + y * row) { UnsafePointer(padded + $0 * 3) }
                }
                for y in 0..<height {
                    sum(of: row, to: picture + y * row) { tap in
                        UnsafePointer(middle + min(max(y + tap - radius, 0), height - 1) * row)
                    }
                }
            }
        }
    }

    private func pad(
        _ row: UnsafePointer<Float>, to padded: UnsafeMutablePointer<Float>, width: Int,
        by radius: Int
    ) {
        for x in -radius..<(width + radius) {
            let source = row + min(max(x, 0), width - 1) * 3
            for channel in 0..<3 { padded[(x + radius) * 3 + channel] = source[channel] }
        }
    }

    /// The weighted sum of rows, one for each weight.
    @inline(__always)
    private func sum(
        of count: Int, to target: UnsafeMutablePointer<Float>,
        _ source: (Int) -> UnsafePointer<Float>
    ) {
        weights.withUnsafeBufferPointer { weights in
            for tap in 0..<weights.count {
                let (weight, row) = (weights[tap], source(tap))
                if tap == 0 {
                    for index in 0..<count { target[index] = weight * row[index] }
                } else {
                    for index in 0..<count { target[index] += weight * row[index] }
                }
            }
        }
    }
}
