import GestaltChecks
import GestaltTensor

/// Features as colors: their three principal components are red, green and blue.
///
/// Cells with similar features have similar colors, in all pictures of one `PrincipalColors`.
///
/// <!-- given: let latents: Tensor<Float> = given() -->
/// ```swift
/// let colors = try PrincipalColors(of: latents)      // [N, h, w, C]
/// let picture = colors.picture(of: latents[0])       // [h, w, 3]
/// ```
public struct PrincipalColors: Sendable {
    /// The mean of the features, `[C]`.
    public let mean: Tensor<Float>
    /// The principal axes `[C, n]` with the greatest variance first, n ≤ 3; their signs make the
    /// greatest number of each positive.
    public let axes: Tensor<Float>
    /// The part of the variance along each axis.
    public let shares: [Double]
    /// The values of each component that are black and full color: its quantiles 0.01 and 0.99.
    private let ranges: [ClosedRange<Float>]

    /// - Parameter features: `[…, C]`.
    /// - Throws: `LinearAlgebraError` for features that are not finite.
    /// - Precondition: at least one cell and one channel.
    public init(of features: Tensor<Float>) throws {
        require(
            features.rank >= 1 && features.count > 0,
            "PrincipalColors: features \(features.shape) are not […, channels]")
        let channels = features.shape[-1]
        let cells = features.detached.reshaped([features.count / channels, channels])
        mean = cells.mean(axes: [0])
        // In Double: the variances of a trained model's channels differ by orders of magnitude.
        let centered = (cells - mean).cast(to: Double.self)
        let covariance = centered.transposed().matmul(centered) / Double(cells.shape[0])
        let eigen = try covariance.symmetricEigen()
        let count = min(3, channels)
        let variances = eigen.values.scalars
        let total = variances.reduce(0) { $0 + max($1, 0) }
        var columns: [Tensor<Float>] = []
        for column in (channels - count..<channels).reversed() {
            let axis = eigen.vectors.selected(column, axis: 1)
            let peak = axis.scalars.max { abs($0) < abs($1) } ?? 1
            columns.append((peak < 0 ? -axis : axis).cast(to: Float.self))
        }
        axes = stacked(columns, axis: 1)
        shares = variances.reversed().prefix(count).map { total > 0 ? max($0, 0) / total : 0 }
        let components = cells - mean
        ranges = columns.map { axis in
            let values = components.matmul(axis.expanded(axis: 1))
            let (low, high) = (values.quantile(0.01).scalar, values.quantile(0.99).scalar)
            return low...max(low, high)
        }
    }

    /// Returns the picture `[h, w, 3]` of features `[h, w, C]`; fewer than three channels leave the
    /// other colors black.
    /// - Precondition: rank 3, the channels of the fitted features.
    public func picture(of features: Tensor<Float>) -> Tensor<UInt8> {
        require(
            features.rank == 3 && features.shape[2] == mean.shape[0],
            "PrincipalColors: features \(features.shape) with \(mean.shape[0]) channels fitted")
        let components = (features.detached - mean).matmul(axes).scalars
        let count = ranges.count
        var bytes = [UInt8](repeating: 0, count: features.shape[0] * features.shape[1] * 3)
        for (place, value) in components.enumerated() {
            let range = ranges[place % count]
            let width = range.upperBound - range.lowerBound
            let share = width > 0 ? (value - range.lowerBound) / width : 0.5
            bytes[place / count * 3 + place % count] = UInt8(255 * min(max(share, 0), 1))
        }
        return Tensor(shape: [features.shape[0], features.shape[1], 3], scalars: bytes)
    }
}
