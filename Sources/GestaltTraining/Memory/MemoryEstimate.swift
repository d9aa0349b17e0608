import GestaltNN
import GestaltTensor

/// What a training will take, estimated before its first step.
///
/// Steps of two and of six items are computed and thrown away (of one, where an item is a whole
/// clip's codes), on pictures of at most 64 × 64 where the model takes any size. Their largest use
/// of tensors is carried on to the batch and size at hand, linear in both. To it come what the
/// process has already, the optimizer's moments, averages, a checkpoint in the making, and the
/// batches made ahead. An earlier form was measured against the peak of real runs: 0.73 to 1.08 of
/// it for U-Net, tokenizer, prior and head at batches of 4 to 200, but 1.6 for a head at batch 32
/// and 1.9 for a U-Net at 256 × 256.
public struct MemoryEstimate: Sendable, Equatable {
    /// Bytes whatever the batch: program, data, model, optimizer.
    public let fixed: Int
    /// Bytes that each item of a batch adds.
    public let perItem: Int
    public let batch: Int
    /// Bytes when no step is computed: while clips are encoded or the model is judged.
    public let elsewhere: Int

    public init(fixed: Int, perItem: Int, batch: Int, elsewhere: Int = 0) {
        self.fixed = fixed
        self.perItem = perItem
        self.batch = batch
        self.elsewhere = elsewhere
    }

    /// Bytes in all.
    public var bytes: Int { max(elsewhere, clamped(fixed, perItem, times: batch)) }

    /// The largest batch that takes no more than `bytes`; 0 when not even one item fits.
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
    /// - Throws: what preparing a step throws.
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
        // Of two measures the smaller: a small input may lie in a large buffer that was free.
        let input = min(one.input / few, more.map { $0.input / Self.moreItems } ?? .max)
        let item = Double(slope + Self.batchesAhead * input) * trial.scale
        // The new weights and moments stand beside those of a checkpoint in the making.
        let step = max(shared, 4 * trained)
        let average = plan.averageDecay == nil ? 0 : 2 * all
        let base = others + before.bytesInUse + trial.held + Self.slack
        self.init(
            fixed: base + 2 * trained + average + step, perItem: Int(min(item, 1e15)), batch: batch,
            elsewhere: base + trial.elsewhere)
    }

    /// Below two items kernels take other ways than a batch does.
    private static let fewItems = 2
    private static let moreItems = 6
    /// Batches that wait, the one in use and the one being made.
    private static let batchesAhead = 4
    /// Buffers that wait for reuse beyond the largest use, 64 MiB, and the kernels' own scratch.
    private static let slack = 128 << 20

    /// Bytes of an input, and the most that a step took beside it.
    private static func use<Model: Module>(
        _ trial: TrialStep<Model>, of model: Model, _ plan: TrainingPlan, items: Int
    ) throws -> (input: Int, step: Int) {
        let empty = Runtime.memory.bytesInUse
        let loss = try trial.prepare(items)
        let start = Runtime.memory.bytesInUse
        let context = Context.training(random: RandomStream(seed: plan.seed))
        let step = try peakBytes {
            _ = try valueAndGradients(of: model, context, freezing: plan.freezing) {
                (try loss($0, $1), ())
            }
        }
        return (max(0, start - empty), step)
    }
}

/// Bytes as people read them: `820 MB`, `2.3 GB`.
package func readable(bytes: Int) -> String {
    let megabytes = Double(bytes) / 1e6
    guard megabytes >= 1000 else { return "\(Int(megabytes.rounded(.up))) MB" }
    let tenths = Int((megabytes / 100).rounded(.up))
    return megabytes < 1e5 ? "\(tenths / 10).\(tenths % 10) GB" : "\(tenths / 10) GB"
}
