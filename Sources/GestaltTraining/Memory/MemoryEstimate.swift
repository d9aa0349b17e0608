import GestaltIO
import GestaltNN
import GestaltTensor

/// The memory requirement of a training, estimated before its first step.
///
/// Steps of two and of six items are computed and discarded (of one, if an item is a whole clip's
/// codes), on images of at most 64 × 64 if the model accepts any size. Their peak tensor memory is
/// extrapolated to the actual batch and image size, linearly in both. Added to it are the memory
/// already used by the process, the optimizer's moments, averages, a checkpoint being written, and
/// the prefetched batches. An earlier form was compared with the peak of real runs: 0.73 to 1.08 of
/// it for U-Net, tokenizer, prior and head at batches of 4 to 200, but 1.6 for a head at batch 32
/// and 1.9 for a U-Net at 256 × 256.
public struct MemoryEstimate: Sendable, Equatable {
    /// Bytes independent of the batch size: program, data, model, optimizer.
    public let fixed: Int
    /// Bytes per item of a batch.
    public let perItem: Int
    public let batch: Int
    /// Bytes outside of training steps: while clips are encoded or the model is evaluated.
    public let elsewhere: Int

    /// Seconds of a training step, evaluations and reading apart; `nil` where none was tried.
    public private(set) var secondsPerStep: Double?

    public init(fixed: Int, perItem: Int, batch: Int, elsewhere: Int = 0) {
        self.fixed = fixed
        self.perItem = perItem
        self.batch = batch
        self.elsewhere = elsewhere
    }

    /// The total in bytes.
    public var bytes: Int { max(elsewhere, clamped(fixed, perItem, times: batch)) }

    /// Returns the largest batch size that requires at most `bytes`; 0 when not even one item fits.
    public func largestBatch(within bytes: Int) -> Int {
        guard max(elsewhere, clamped(fixed, perItem, times: 1)) <= bytes else { return 0 }
        return perItem > 0 ? min(batch, (bytes - fixed) / perItem) : batch
    }

    private func clamped(_ fixed: Int, _ item: Int, times count: Int) -> Int {
        let (product, overflows) = item.multipliedReportingOverflow(by: count)
        return overflows || product > .max - fixed ? .max : fixed + product
    }
}

extension MemoryEstimate {
    /// - Throws: errors of preparing a step.
    package init<Model: Module>(
        _ trial: TrialStep<Model>, of model: Model, plan: TrainingPlan, batch: Int
    ) throws {
        let parameters = model.state.filter(\.isParameter)
        let size = { (values: [Tensor<Float>]) in
            values.reduce(0) { $0 + $1.shape.elementCount * MemoryLayout<Float>.size }
        }
        let all = size(parameters.map(\.value))
        let trained = size(
            parameters.filter { !plan.freezing.covers($0.path) }.map(\.value))
        let before = Runtime.memory
        let others = max(
            0, (SystemMemory.residentBytes ?? 0) - before.bytesInUse - before.bytesCached)

        let few = trial.isLarge ? 1 : Self.fewItems
        let one = try Self.use(trial, of: model, plan, items: few)
        let more =
            trial.isLarge ? nil : try Self.use(trial, of: model, plan, items: Self.moreItems)
        let slope =
            more.map { max(0, $0.step - one.step) / (Self.moreItems - Self.fewItems) }
            ?? max(0, one.step - trained)
        let shared = max(trained, one.step - few * slope)
        // The smaller of two measurements: a small input may reuse a large free buffer.
        let input = min(one.input / few, more.map { $0.input / Self.moreItems } ?? .max)
        let item = Double(slope + Self.batchesAhead * input) * trial.scale
        // The new weights and moments coexist with those of a checkpoint being written.
        let step = max(shared, 4 * trained)
        let average = plan.averageDecay == nil ? 0 : 2 * all
        let base = others + before.bytesInUse + trial.held + Self.slack
        self.init(
            fixed: base + 2 * trained + average + step, perItem: Int(min(item, 1e15)), batch: batch,
            elsewhere: base + trial.elsewhere)
        let perItem = (more ?? one).seconds / Double(more == nil ? few : Self.moreItems)
        secondsPerStep = perItem * Double(batch) * trial.scale
    }

    /// Below two items kernels use other algorithms than for a batch.
    private static let fewItems = 2
    private static let moreItems = 6
    /// The queued batches, the one in use and the one being created.
    private static let batchesAhead = 4
    /// Cached buffers beyond the peak use, 64 MiB, and the kernels' scratch memory.
    private static let slack = 128 << 20

    /// Returns the bytes of an input, the peak of a step in addition to it, and its time.
    private static func use<Model: Module>(
        _ trial: TrialStep<Model>, of model: Model, _ plan: TrainingPlan, items: Int
    ) throws -> (input: Int, step: Int, seconds: Double) {
        let empty = Runtime.memory.bytesInUse
        let loss = try trial.prepare(items)
        let start = Runtime.memory.bytesInUse
        let context = Context.training(random: RandomStream(seed: plan.seed))
        let begin = ContinuousClock.now
        let step = try peakBytes {
            _ = try valueAndGradients(of: model, context, freezing: plan.freezing) {
                (try loss($0, $1), ())
            }
        }
        return (max(0, start - empty), step, (.now - begin) / .seconds(1))
    }
}

/// Formats bytes in readable form: `820 MB`, `2.3 GB`.
package func readable(bytes: Int) -> String {
    let megabytes = Double(bytes) / 1e6
    guard megabytes >= 1000 else { return "\(Int(megabytes.rounded(.up))) MB" }
    let tenths = Int((megabytes / 100).rounded(.up))
    return megabytes < 1e5 ? "\(tenths / 10).\(tenths % 10) GB" : "\(tenths / 10) GB"
}
