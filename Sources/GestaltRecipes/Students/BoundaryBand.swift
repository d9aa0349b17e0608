import GestaltChecks
import GestaltTensor

extension Tensor<UInt8> {
    /// Returns weights `[H, W, 1]` of classes `[H, W]`: 0 where another class lies at most `band`
    /// rows and columns away, else 1.
    ///
    /// - Complexity: O(H W band).
    package func weightsBeyondBoundaries(band: Int) -> Tensor<Float> {
        require(
            rank == 2 && band >= 0,
            "weightsBeyondBoundaries: classes \(shape) are not [H, W], band \(band)")
        let (height, width) = (shape[0], shape[1])
        // A window holds one class where its smallest and its largest id agree.
        let low = extremes(band: band, Swift.min)
        let high = extremes(band: band, Swift.max)
        return Tensor<Float>(
            shape: [height, width, 1], scalars: zip(low, high).map { $0 == $1 ? 1 : 0 })
    }

    /// The extreme ids in squares of 2 · band + 1 pixels around each pixel: along rows, then along
    /// columns.
    private func extremes(band: Int, _ extreme: (UInt8, UInt8) -> UInt8) -> [UInt8] {
        let (height, width) = (shape[0], shape[1])
        return withScalars { ids in
            var rows = Array(ids)
            for y in 0..<height {
                for x in 0..<width {
                    for other in Swift.max(0, x - band)...Swift.min(width - 1, x + band) {
                        rows[y * width + x] = extreme(rows[y * width + x], ids[y * width + other])
                    }
                }
            }
            var result = rows
            for y in 0..<height {
                for other in Swift.max(0, y - band)...Swift.min(height - 1, y + band) {
                    for x in 0..<width {
                        result[y * width + x] = extreme(
                            result[y * width + x], rows[other * width + x])
                    }
                }
            }
            return result
        }
    }
}
