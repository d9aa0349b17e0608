import GestaltData
import GestaltIO
import GestaltMAGVIT
import GestaltTraining
import GestaltVideo

/// How well a masked prior fills in held-out clips: cross entropy in nats and accuracy of the masked
/// cells, with all cells masked and with fewer.
public struct MaskedPriorReport: Codable, Sendable, Equatable {
    public let metrics: [Metric]
    /// The number of windows.
    public let windowCount: Int

    /// Evaluates on the first and the last window of each clip.
    /// - Throws: `ClipError` for clips too short; `ModelInputError` for clips that do not fit the
    ///   prior; errors of `progress`.
    public init(
        of model: MaskedPredictor, on set: DataSet, progress: ProgressHandler? = nil
    ) throws {
        let sizes = model.configuration
        for clip in set.infos()
        where clip.height != sizes.frameHeight || clip.width != sizes.frameWidth
            || sizes.prior.classes > 0
        {
            throw ModelInputError(
                clip.name,
                expected: "\(sizes.frameHeight) × \(sizes.frameWidth) pixels, a prior without "
                    + "classes",
                found: "\(clip.height) × \(clip.width)")
        }
        func coded(still: Bool) throws -> CodedWindows {
            try CodedWindows(
                set, length: sizes.clipLength, interval: .max, mirrors: false,
                tokenizer: model.tokenizer, isStill: still, progress: progress)
        }
        let windows = try coded(still: false)
        let batches = MaskedBatches(
            CodedBatches(
                windows, of: set, batchSize: 4, order: .once, given: 0, takesActions: false),
            still: sizes.prior.condition == .none ? nil : try coded(still: true))
        metrics = try MaskedPriorTask.metrics(of: model, on: batches)
        windowCount = windows.windows.count
    }
}
