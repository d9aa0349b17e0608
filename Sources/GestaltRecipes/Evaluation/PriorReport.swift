import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// How well a prior expects the codes of held-out clips: their negative log-likelihood given the
/// conditioning frames, per code, per clip and per pixel, and that of two baselines without a
/// model.
///
/// Bits per clip compare priors over grids of codes of different sizes; of clips of different
/// lengths, bits per pixel. Codes that say less of a clip are cheaper: compare the tokenizers, too.
public struct PriorReport: Codable, Sendable, Equatable {
    /// The mean of −ln p over all predicted codes, in nats per code, or a bound: ``method``.
    public let nll: Double
    /// The entropy of the codes' own frequencies: a lower bound for guesses by frequency.
    public let unigramNLL: Double
    /// ln K, the value of a uniform guess.
    public let uniformNLL: Double
    /// The number of predicted codes, of all windows.
    public let tokenCount: Int
    /// The number of windows.
    public let windowCount: Int
    /// The bits of all predicted codes of a window: their number times ``nll`` / ln 2.
    public let bitsPerClip: Double
    /// The bits of a window over the pixels of its frames after the conditioning ones.
    public let bitsPerPixel: Double
    /// The way ``nll`` is computed, and whether it is exact or a bound.
    public let method: String
    /// Further scores of the kind of prior.
    public let details: [Metric]

    private enum CodingKeys: String, CodingKey {
        case nll, method, details
        case unigramNLL = "nll_unigram"
        case uniformNLL = "nll_uniform"
        case tokenCount = "token_count"
        case windowCount = "window_count"
        case bitsPerClip = "bits_per_clip"
        case bitsPerPixel = "bits_per_pixel"
    }

    /// Evaluates on the first and the last window of each clip.
    /// - Throws: `ClipError` for clips too short; `ModelInputError` for clips that do not fit the
    ///   prior; errors of `progress`.
    public init(
        of model: some LikelihoodPredictor, on set: DataSet, progress: ProgressHandler? = nil
    ) throws {
        let length = try model.codeLength(on: set, progress: progress)
        let sizes = model.clipSizes
        let codeCount = model.tokenizer.configuration.codeCount
        var usage = CodeUsage(codeCount: codeCount)
        usage.add(length.codes)
        tokenCount = length.codes.count
        windowCount = length.codes.shape[0]
        nll = length.nats / Double(tokenCount)
        unigramNLL = usage.entropy
        uniformNLL = Tensor(Double(codeCount)).log().scalar
        bitsPerClip = length.nats / Double(windowCount) / Tensor(2.0).log().scalar
        let frames = sizes.frames - sizes.givenFrames
        bitsPerPixel = bitsPerClip / Double(frames * sizes.height * sizes.width)
        (method, details) = (length.method, length.details)
    }

    public var metrics: [Metric] {
        [
            Metric("nll", nll), Metric("nll_unigram", unigramNLL),
            Metric("nll_uniform", uniformNLL), Metric("bits_per_clip", bitsPerClip),
            Metric("bits_per_pixel", bitsPerPixel),
        ] + details
    }
}

/// A predictor whose prior states how probable codes are.
public protocol LikelihoodPredictor: ClipPredictor {
    /// Encodes the first and the last window of each clip and returns their length under the prior.
    /// - Throws: `ClipError` for clips too short; `ModelInputError` for clips that do not fit the
    ///   prior; errors of `progress`.
    func codeLength(on set: DataSet, progress: ProgressHandler?) throws -> CodeLength
}

/// The negative log-likelihood of the codes of windows.
public struct CodeLength: Sendable {
    /// The sum of −ln p over all windows, or a bound.
    public let nats: Double
    /// The predicted codes, `[windows, codes]`; those that the condition gives are left out.
    public let codes: Tensor<Int32>
    /// The way `nats` is computed, a noun phrase.
    public let method: String
    /// Further scores.
    public let details: [Metric]

    public init(nats: Double, codes: Tensor<Int32>, method: String, details: [Metric] = []) {
        (self.nats, self.codes, self.method, self.details) = (nats, codes, method, details)
    }
}

extension LikelihoodPredictor {
    /// Encodes the first and the last window of each clip.
    /// - Parameters:
    ///   - isStill: whether each window is its first frame, repeated.
    ///   - conditions: the clips that the prior takes beyond their size, to complete “H × W pixels,
    ///     …”.
    func encoded(
        _ set: DataSet, isStill: Bool = false, conditions: String = "",
        progress: ProgressHandler? = nil, where fits: (ClipInfo) -> Bool = { _ in true }
    ) throws -> CodedWindows {
        let sizes = clipSizes
        for clip in set.infos()
        where [clip.height, clip.width] != [sizes.height, sizes.width] || !fits(clip) {
            throw ModelInputError(
                clip.name, expected: "\(sizes.height) × \(sizes.width) pixels" + conditions,
                found: "\(clip.height) × \(clip.width)")
        }
        return try CodedWindows(
            set, length: sizes.frames, interval: .max, mirrors: false, tokenizer: tokenizer,
            isStill: isStill, progress: progress)
    }
}
