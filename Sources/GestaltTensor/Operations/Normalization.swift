import GestaltChecks

/// Mean and variance of each channel of a channels-last tensor, over all other axes.
public struct ChannelMoments<Scalar: FloatingScalar>: Sendable {
    /// `[C]`
    public let mean: Tensor<Scalar>
    /// The mean of squared deviations, `[C]`.
    public let variance: Tensor<Scalar>
    /// The number of elements per channel.
    public let count: Int

    public init(mean: Tensor<Scalar>, variance: Tensor<Scalar>, count: Int) {
        require(
            mean.rank == 1 && mean.shape == variance.shape,
            "ChannelMoments: mean \(mean.shape) and variance \(variance.shape) are not two vectors of one length"
        )
        self.mean = mean.detached
        self.variance = variance.detached
        self.count = count
    }

    /// The sum of squared deviations divided by `count − 1`; the biased variance for one element.
    public var unbiasedVariance: Tensor<Scalar> {
        count > 1 ? variance * (Scalar(count) / Scalar(count - 1)) : variance
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Normalizes each channel by the mean and biased variance of this tensor, then scales and
    /// shifts it: `(x − μ) / √(σ² + ε) · scale + shift`.
    ///
    /// Sums are collected in double precision about a point near the mean, so a large common offset
    /// does not cancel the variance away.
    ///
    /// - Shapes: `[…, C]` in and out; `scale` and `shift` `[C]`.
    /// - Parameter rectifies: applies ReLU to the result in the same pass.
    /// - Returns: the result, and the statistics (constants): NaN for a tensor without elements.
    /// - Precondition: not exactly one element per channel, which has no variance.
    /// - Source: Ioffe and Szegedy, *Batch Normalization* (2015), algorithm 1.
    public func batchNormalized(
        scale: Tensor, shift: Tensor, epsilon: Scalar, rectifies: Bool = false
    ) -> (value: Tensor, moments: ChannelMoments<Scalar>) {
        checkChannels("batchNormalized", scale, shift)
        let columns = shape[-1]
        guard count > 0 else {
            let nothing = Tensor(repeating: .nan, shape: [columns])
            let moments = ChannelMoments(mean: nothing, variance: nothing, count: 0)
            return (normalizedNothing(scale, shift), moments)
        }
        require(
            count > columns,
            "batchNormalized: \(shape) has one value per channel, which has no variance: "
                + "use a larger batch, or running statistics")
        let blocks = ColumnBlocks(segments: 1, rows: count / columns, columns: columns)
        let statistics = blocks.statistics(of: self, groups: columns)
        let value = ColumnNormalization(
            blocks: blocks, statistics: statistics, followsInput: true, epsilon: Double(epsilon),
            rectifies: rectifies)(self, scale, shift)
        let moments = ChannelMoments(
            mean: Tensor(statistics.mean.map { Scalar($0) }),
            variance: Tensor(statistics.variance.map { Scalar($0) }), count: statistics.count)
        return (value, moments)
    }

    /// Normalizes each channel by the specified statistics, constants for the gradient; otherwise
    /// as ``batchNormalized(scale:shift:epsilon:rectifies:)``.
    ///
    /// - Shapes: `[…, C]` in and out; `mean`, `variance`, `scale` and `shift` `[C]`.
    public func normalized(
        mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: Scalar,
        rectifies: Bool = false
    ) -> Tensor {
        checkChannels("normalized", scale, shift)
        let columns = shape[-1]
        require(
            mean.shape == [columns] && variance.shape == [columns],
            "normalized: \(shape) by mean \(mean.shape) and variance \(variance.shape)")
        guard count > 0 else { return normalizedNothing(scale, shift) }
        let blocks = ColumnBlocks(segments: 1, rows: count / columns, columns: columns)
        let statistics = ColumnStatistics(
            groups: columns, count: count / columns, mean: mean.scalars.map { Double($0) },
            variance: variance.scalars.map { Double($0) })
        return ColumnNormalization(
            blocks: blocks, statistics: statistics, followsInput: false, epsilon: Double(epsilon),
            rectifies: rectifies)(self, scale, shift)
    }

    /// Normalizes groups of neighboring channels, each sample by itself, then scales and shifts
    /// each channel.
    ///
    /// - Shapes: `[N, …, C]` in and out; `scale` and `shift` `[C]`.
    /// - Parameters:
    ///   - rectifies: applies ReLU to the result in the same pass.
    ///   - swishes: applies swish, `x·σ(x)`, to the result, equal to ``silu()`` to the bit, and
    ///     keeps for the gradient only the input of the normalization.
    ///   - samplewise: whether a sample's result is equal to the bit whatever the number of
    ///     samples, with a fixed number of threads and instruction set.
    /// - Precondition: `groups` divides C; at least rank 2; not both `rectifies` and `swishes`.
    /// - Source: Wu and He, *Group Normalization* (2018), equations 1, 2 and 7.
    public func groupNormalized(
        groups: Int, scale: Tensor, shift: Tensor, epsilon: Scalar, rectifies: Bool = false,
        swishes: Bool = false, samplewise: Bool = false
    ) -> Tensor {
        checkChannels("groupNormalized", scale, shift)
        require(!rectifies || !swishes, "groupNormalized: ReLU and swish exclude each other")
        let columns = shape[-1]
        require(
            rank >= 2 && groups > 0 && columns % groups == 0,
            "groupNormalized: \(groups) groups do not divide the channels of \(shape)")
        guard count > 0 else { return normalizedNothing(scale, shift) }
        let blocks = ColumnBlocks(
            segments: shape[0], rows: count / (shape[0] * columns), columns: columns,
            samplewise: samplewise)
        let normalization = ColumnNormalization<Scalar>(
            blocks: blocks, statistics: blocks.statistics(of: self, groups: groups),
            followsInput: true, epsilon: Double(epsilon), rectifies: rectifies)
        return swishes
            ? SwishedColumnNormalization(normalization: normalization)(self, scale, shift)
            : normalization(self, scale, shift)
    }

    /// Normalizes each row along the last axis, then scales and shifts it:
    /// `(x − μ) / √(σ² + ε) · scale + shift`, σ² biased.
    ///
    /// - Shapes: `[…, width]` in and out; `scale` and `shift` `[width]`.
    /// - Source: Ba, Kiros and Hinton, *Layer Normalization* (2016), equations 3 and 4.
    public func layerNormalized(scale: Tensor, shift: Tensor, epsilon: Scalar) -> Tensor {
        checkChannels("layerNormalized", scale, shift)
        guard count > 0 else { return normalizedNothing(scale, shift) }
        return RowNormalization(centers: true, epsilon: Double(epsilon))(self, scale, shift)
    }

    /// Applies layer normalization with ε added to the reciprocal root instead of the variance:
    /// `(x − μ) · (1 / √σ² + ε) · scale + shift`. A row of equal elements yields NaN.
    ///
    /// - Shapes: `[…, width]` in and out; `scale` and `shift` `[width]`.
    /// - Source: VideoGPT, `attention.py`, `LayerNorm`: its weights assume this formula.
    public func layerNormalized(
        scale: Tensor, shift: Tensor, epsilonAfterRoot epsilon: Scalar
    ) -> Tensor {
        checkChannels("layerNormalized", scale, shift)
        guard count > 0 else { return normalizedNothing(scale, shift) }
        return RowNormalization(centers: true, epsilon: 0, gain: Double(epsilon))(
            self, scale, shift)
    }

    /// Divides each row along the last axis by its root mean square, then scales it:
    /// `x / √(mean of x² + ε) · scale`.
    ///
    /// - Shapes: `[…, width]` in and out; `scale` `[width]`.
    /// - Source: Zhang and Sennrich, *Root Mean Square Layer Normalization* (2019), equation 4.
    public func rootMeanSquareNormalized(scale: Tensor, epsilon: Scalar) -> Tensor {
        checkChannels("rootMeanSquareNormalized", scale, scale)
        guard count > 0 else { return self * scale }
        return RowNormalization(centers: false, epsilon: Double(epsilon))(self, scale)
    }

    private func checkChannels(_ operation: String, _ scale: Tensor, _ shift: Tensor) {
        require(
            rank >= 1 && scale.shape == [shape[-1]] && shift.shape == scale.shape,
            "\(operation): \(shape) with scale \(scale.shape) and shift \(shift.shape): both have "
                + "the length of the last axis")
    }

    /// Returns this tensor without elements, recorded: the gradients of scale and shift are zeros.
    private func normalizedNothing(_ scale: Tensor, _ shift: Tensor) -> Tensor {
        self * scale + shift
    }
}
