import GestaltTensor

/// Codes that were drawn, with how likely the prior itself holds them.
public struct SampledCodes: Sendable {
    /// `[N, S, t, h, w]`: S samples of each of N clips.
    public let codes: Tensor<Int32>
    /// The mean over a sample's tokens of ln p, p by the prior at temperature 1 with nothing left
    /// out, `[N, S]`.
    public let logProbabilities: Tensor<Float>

    /// For each clip the number of the sample with the largest mean log-probability; the first of
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

/// Clips that were predicted.
public struct Prediction: Sendable {
    /// `[N, S, t, h, w]`.
    public let codes: Tensor<Int32>
    /// See ``SampledCodes/logProbabilities``, `[N, S]`.
    public let logProbabilities: Tensor<Float>
    /// The codes decoded, `[N, S, T, H, W, 3]` in 0…1. The first frames are the given ones as the
    /// codes tell them.
    public let video: Tensor<Float>
}

/// How far sampling has come; handed to the caller behind every token.
public struct SamplingProgress: Sendable, Equatable {
    /// The samples that are being drawn, numbered over all clips: clip · S + sample.
    public let samples: Range<Int>
    /// Tokens drawn of each of them.
    public let tokens: Int
    /// What part of all the work is done, 0 to 1.
    public let fraction: Double
}

/// A latent frame of some samples, complete.
public struct SampledFrame: Sendable {
    /// The samples, numbered over all clips: clip · S + sample.
    public let samples: Range<Int>
    /// Which latent frame, from 0.
    public let index: Int
    /// `[samples, h, w]`.
    public let codes: Tensor<Int32>
}
