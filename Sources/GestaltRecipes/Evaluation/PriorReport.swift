import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// The negative log-likelihood of held-out clips' codes under a prior, in nats per token with the
/// true codes before each as input, and that of two baselines without a model.
public struct PriorReport: Codable, Sendable, Equatable {
    /// The mean of −ln p over all codes, p being the prior's probability.
    public let nll: Double
    /// The entropy of the codes' own frequencies: a lower bound for guesses by frequency.
    public let unigramNLL: Double
    /// ln K, the value of a uniform guess.
    public let uniformNLL: Double
    /// The number of predicted codes.
    public let tokenCount: Int

    private enum CodingKeys: String, CodingKey {
        case nll
        case unigramNLL = "nll_unigram"
        case uniformNLL = "nll_uniform"
        case tokenCount = "token_count"
    }

    /// Evaluates on the first and the last window of each clip.
    /// - Throws: `ClipError` for clips too short; `ModelInputError` for clips that do not fit the
    ///   prior; errors of `progress`.
    public init(
        of model: VideoPredictor, on set: DataSet,
        progress: ProgressHandler? = nil
    ) throws {
        let sizes = model.configuration
        let takesActions = sizes.prior.actionWidth != nil
        for clip in set.infos() {
            let pixels = [clip.height, clip.width]
            guard pixels == [sizes.frameHeight, sizes.frameWidth],
                !takesActions || clip.actionWidth == sizes.prior.actionWidth,
                sizes.prior.classes == nil
            else {
                throw ModelInputError(
                    clip.name,
                    expected: "\(sizes.frameHeight) × \(sizes.frameWidth) pixels, and actions "
                        + "where the prior is conditioned on some; no classes",
                    found: "\(clip.height) × \(clip.width)")
            }
        }
        let coded = try CodedWindows(
            set, length: sizes.clipLength, interval: .max, mirrors: false,
            tokenizer: model.tokenizer)
        let batches = CodedBatches(
            coded, of: set, batchSize: 4, order: .once,
            given: sizes.prior.conditioning?.frames ?? 0, takesActions: takesActions)
        nll = try model.nll(over: batches, progress: progress)
        var usage = CodeUsage(codeCount: sizes.prior.codeCount)
        usage.add(coded.codes)
        tokenCount = coded.codes.count
        unigramNLL = Tensor(usage.perplexity).log().scalar
        uniformNLL = Tensor(Double(sizes.prior.codeCount)).log().scalar
    }

    public var metrics: [Metric] {
        [
            Metric("nll", nll), Metric("nll_unigram", unigramNLL),
            Metric("nll_uniform", uniformNLL),
        ]
    }
}
