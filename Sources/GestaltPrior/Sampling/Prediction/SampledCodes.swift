import GestaltTensor

/// Sampled codes with their log-probabilities under the prior.
public struct SampledCodes: Sendable {
    /// `[N, S, t, h, w]`: S samples of each of N clips.
    public let codes: Tensor<Int32>
    /// The mean of ln p over a sample's tokens, `[N, S]`, p being the prior's probability at
    /// temperature 1 without any truncation.
    public let logProbabilities: Tensor<Float>

    /// For each clip the index of the sample with the largest mean log-probability; the first of
    /// equal ones.
    public var likeliest: [Int] {
        let samples = logProbabilities.shape[1]
        let values = logProbabilities.scalars
        return (0..<logProbabilities.shape[0]).map { clip in
            let row = values[clip * samples..<(clip + 1) * samples]
            return row.firstIndex(of: row.max()!)! - row.startIndex
        }
    }

    /// Only the likeliest sample of each clip: `[N, 1, t, h, w]` and `[N, 1]`.
    public var best: SampledCodes {
        let (clips, samples) = (codes.shape[0], codes.shape[1])
        let rows = likeliest.enumerated().map { Int32($0.offset * samples + $0.element) }
        let grid = codes.shape.dimensions.dropFirst(2)
        let chosen = codes.reshaped(Shape([clips * samples] + grid)).gathered(
            Tensor(rows), axis: 0)
        return SampledCodes(
            codes: chosen.reshaped(Shape([clips, 1] + grid)),
            logProbabilities: logProbabilities.flattened().gathered(Tensor(rows), axis: 0)
                .reshaped([clips, 1]))
    }
}

/// Predicted clips.
public struct Prediction: Sendable {
    /// `[N, S, t, h, w]`.
    public let codes: Tensor<Int32>
    /// See ``SampledCodes/logProbabilities``, `[N, S]`.
    public let logProbabilities: Tensor<Float>
    /// The decoded codes, `[N, S, T, H, W, 3]` in 0…1. The first frames are reconstructions of the
    /// conditioning frames.
    public let video: Tensor<Float>
}

/// A completed latent frame of some samples.
public struct SampledFrame: Sendable {
    /// The samples, numbered over all clips: clip · S + sample.
    public let samples: Range<Int>
    /// The index of the latent frame, from 0.
    public let index: Int
    /// `[samples, h, w]`.
    public let codes: Tensor<Int32>
}
