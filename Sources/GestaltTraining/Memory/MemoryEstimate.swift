import Foundation
import GestaltNN
import GestaltTensor

/// What a training will take, estimated before its first step.
///
/// Steps of two and of six items are computed and thrown away (of one, where an item is a whole
/// clip's codes), on pictures of at most 64 × 64 where the model takes any size;
/// its largest use of tensors is carried on to the batch and size at hand, linear in both. Beside
/// it stand what the process has already, the optimizer's moments, averages, a checkpoint in the
/// making, and the batches made ahead. Within about 30 % of the peak for the recipes here.
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
    init<Model: Module>(
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

        if ProcessInfo.processInfo.environment["DBG"] != nil {
            for n in [1, 1, 2, 3, 4, 6, 8, 16] {
                let u = try Self.use(trial, of: model, plan, items: n)
                print(
                    "n", n, "input", u.input / 1000, "step", u.step / 1000, "trained",
                    trained / 1000, "inuse", before.bytesInUse / 1000, "others", others / 1000,
                    "held", trial.held / 1000, "elsewhere", trial.elsewhere / 1000, "cached",
                    before.bytesCached / 1000)
            }
        }
        let one = try Self.use(trial, of: model, plan, items: trial.isLarge ? 1 : Self.fewItems)
        let few = trial.isLarge ? 1 : Self.fewItems
        let more =
            trial.isLarge ? nil : try Self.use(trial, of: model, plan, items: Self.moreItems)
        let slope =
            more.map { max(0, $0.step - one.step) / (Self.moreItems - Self.fewItems) }
            ?? max(0, one.step - trained)
        let shared = max(trained, one.step - few * slope)
        let item = Double(slope + Self.batchesAhead * one.input / few) * trial.scale
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
    /// Buffers that wait for reuse beyond the largest use.
    private static let slack = 64 << 20

    /// Bytes of an input, and the most that a step took beside it.
    private static func use<Model: Module>(
        _ trial: TrialStep<Model>, of model: Model, _ plan: TrainingPlan, items: Int
    ) throws -> (input: Int, step: Int) {
        let empty = Runtime.memory.bytesInUse
        let loss = try trial.prepare(items)
        let start = Runtime.memory.bytesInUse
        let context = Context(training: true, random: RandomStream(seed: plan.seed))
        let step = try peakBytes {
            _ = try valueAndGradients(of: model, context, freezing: plan.freezing) {
                (try loss($0, $1), ())
            }
        }
        return (max(0, start - empty), step)
    }
}

/// Bytes as people read them: `820 MB`, `2.3 GB`.
func readable(bytes: Int) -> String {
    let megabytes = Double(bytes) / 1e6
    guard megabytes >= 1000 else { return "\(Int(megabytes.rounded(.up))) MB" }
    let tenths = Int((megabytes / 100).rounded(.up))
    return megabytes < 1e5 ? "\(tenths / 10).\(tenths % 10) GB" : "\(tenths / 10) GB"
}
