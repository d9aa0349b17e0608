import CKernels

/// Sums and sums of squares of each channel of a convolution's output, accumulated by its tasks
/// while the values are in cache: the statistics of a subsequent normalization, which then needs
/// one pass less over its input.
///
/// `@unchecked Sendable`: a slot is accessed by its task only.
final class OutputMoments<Scalar: FloatingScalar>: @unchecked Sendable {
    private let channels: Int
    private let zeros: [Scalar]
    private var slots: Storage<Double>?

    init(channels: Int) {
        self.channels = channels
        zeros = Array(repeating: 0, count: channels)
    }

    /// Allocates the sums of `tasks` tasks.
    func begin(tasks: Int) {
        let memory = Storage<Double>(count: max(1, 2 * channels * tasks))
        memory.pointer.update(repeating: 0, count: memory.count)
        slots = memory
    }

    /// Returns the sums of a task: `channels` of the numbers, then as many of their squares.
    func slot(_ task: Int) -> UnsafeMutablePointer<Double> {
        slots!.pointer + 2 * channels * task
    }

    /// Adds `rows` contiguous rows to the sums of a task.
    func add(_ y: UnsafePointer<Scalar>, rows: Int, task: Int) {
        let block = Storage<Scalar>(count: 2 * channels)
        zeros.withUnsafeBufferPointer { zeros in
            gk_column_moments(
                Scalar.variant, y, rows * channels, channels, zeros.baseAddress!, block.pointer,
                slot(task))
        }
        withExtendedLifetime(block) {}
    }

    /// Drops the sums, since outputs changed after they were accumulated.
    func discard() { slots = nil }

    /// Returns all tasks' sums, added in order; nil when the algorithm accumulated none.
    func total(rows: Int) -> ChannelSums? {
        guard let slots else { return nil }
        var sums = [Double](repeating: 0, count: 2 * channels)
        for start in stride(from: 0, to: slots.count, by: sums.count) {
            for index in sums.indices { sums[index] += slots.pointer[start + index] }
        }
        return ChannelSums(rows: rows, sums: sums)
    }
}

/// The channel sums kept with a convolution's output: the sum of each channel, then the sum of
/// squares of each.
package struct ChannelSums: Sendable {
    package let rows: Int
    package let sums: [Double]

    /// Returns the sums accumulated over all of `x`; nil if it has been written since.
    package static func gathered<Scalar>(of x: Tensor<Scalar>) -> ChannelSums? {
        guard x.storage.count == x.count, x.isContiguous else { return nil }
        return x.storage.companion(as: ChannelSums.self)
    }

    /// When the mean is this many standard deviations from 0, the variance is a small difference of
    /// large sums: squares about 0 are then too inaccurate.
    private static let farthestMean = 2.0

    /// Mean and biased variance of each channel, nil where they cannot be derived accurately from
    /// the sums.
    var statistics: ColumnStatistics? {
        let (channels, count) = (sums.count / 2, Double(rows))
        var result = ColumnStatistics(groups: channels, count: rows, mean: [], variance: [])
        for channel in 0..<channels {
            let mean = sums[channel] / count
            let variance = sums[channels + channel] / count - mean * mean
            let bound = Self.farthestMean * Self.farthestMean * variance
            guard mean * mean <= bound, variance.isFinite else { return nil }
            result.mean.append(mean)
            result.variance.append(variance)
        }
        return result
    }
}
