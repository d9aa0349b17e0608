import GestaltData
import GestaltMetrics
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// How well a prior predicts the codes of clips it has not seen: nats a token, given the true codes
/// before, beside what the same codes cost without looking.
public struct PriorReport: Codable, Sendable, Equatable {
    /// Mean of −ln p over all codes, p by the prior.
    public let nats: Double
    /// The entropy of the codes' own frequencies: what guessing by frequency costs at least.
    public let unigramEntropy: Double
    /// ln K: what a guess among all codes costs.
    public let uniform: Double
    /// Codes that were predicted.
    public let tokenCount: Int

    /// Judges on the first and the last window of each clip.
    /// - Throws: `ClipError` for clips too short; `ModelInputError` for clips that are not what the
    ///   prior is built for; what `progress` throws.
    public init(
        of model: VideoPredictor, on set: DataSet,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let sizes = model.configuration
        let takesActions = sizes.prior.actionWidth != nil
        for clip in set.clips {
            let pixels = [clip.height, clip.width]
            guard pixels == [sizes.frameHeight, sizes.frameWidth],
                !takesActions || clip.actions?.shape[1] == sizes.prior.actionWidth,
                sizes.prior.classes == nil
            else {
                throw ModelInputError(
                    clip.name,
                    expected: "\(sizes.frameHeight) × \(sizes.frameWidth) pixels, and actions "
                        + "where the prior is told some; no classes",
                    found: "\(clip.height) × \(clip.width)")
            }
        }
        let coded = try CodedWindows(
            set.clips, length: sizes.clipLength, interval: .max, mirrors: false,
            tokenizer: model.tokenizer, progress: { _, _ in })
        let batches = CodedBatches(
            coded, of: set.clips, batchSize: 4, order: .once,
            given: sizes.prior.conditioning?.frames ?? 0, takesActions: takesActions)
        nats = try model.nats(over: batches, progress: progress)
        var usage = CodeUsage(codeCount: sizes.prior.codeCount)
        usage.add(coded.codes)
        tokenCount = coded.codes.count
        unigramEntropy = Tensor(usage.perplexity).log().scalar
        uniform = Tensor(Double(sizes.prior.codeCount)).log().scalar
    }

    public var metrics: [Metric] {
        [
            Metric("nats", nats), Metric("unigram_entropy", unigramEntropy),
            Metric("uniform", uniform),
        ]
    }
}
