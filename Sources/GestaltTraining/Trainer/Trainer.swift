import Foundation
import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor

/// The one training loop: batches to losses to gradients to steps, with evaluation, averages,
/// checkpoints, logs and a progress line.
///
/// ```swift
/// let trainer = Trainer(model: network, task: task, optimizer: AdamW(), plan: plan)
/// let trained = try trainer.train("head")
/// ```
/// With a ``RunFolder`` the run leaves checkpoints, a JSON-lines log and TensorBoard events, stops
/// at an ``Interruption`` with everything saved, and resumes bit for bit: step `s` draws its batch
/// and its random numbers from the seed and `s` alone.
///
/// `train` works on the calling thread. From Swift concurrency use ``onOwnThread(_:)``: it would
/// occupy a thread of the cooperative pool for the whole run.
public final class Trainer<Task: TrainingTask> {
    /// The model as it is trained; ``result`` is the one to use.
    public private(set) var model: Task.Model
    public let task: Task
    public let plan: TrainingPlan
    /// Steps done, those before a resumption included.
    public private(set) var step = 0
    /// What the latest evaluation of this process found.
    public private(set) var evaluation: Evaluation?
    private(set) var optimizer: any Optimizer
    private(set) var average: WeightAverage<Task.Model>?
    private let run: RunFolder?
    private let interruption: Interruption
    private let showsProgress: Bool
    private var best: Double?
    private var lastKept = ContinuousClock.now
    /// Written once a step from it gave finite numbers, so that the last checkpoint is a good one.
    private var unproved: Checkpoint?
    private let random: RandomStream

    /// - Parameters:
    ///   - run: where to keep checkpoints and logs; nil keeps nothing.
    ///   - interruption: what stops the run early.
    ///   - showsProgress: whether standard error shows how far it is.
    public init(
        model: Task.Model, task: Task, optimizer: any Optimizer, plan: TrainingPlan,
        run: RunFolder? = nil, interruption: Interruption = .process, showsProgress: Bool = true
    ) {
        self.model = model
        self.task = task
        self.plan = plan
        self.optimizer = optimizer
        self.run = run
        self.interruption = interruption
        self.showsProgress = showsProgress
        average = plan.averageDecay.map { WeightAverage(of: model, decay: $0) }
        random = RandomStream(seed: plan.seed)
    }

    /// The model as it is judged and saved: the average where there is one.
    public var result: Task.Model { average?.model ?? model }

    /// Takes up the run where its last checkpoint stands; a run that has none yet starts anew, which
    /// gives the same.
    /// - Returns: a warning when the machine differs from the one before, so that the bits will too.
    /// - Throws: what reading throws, and ``TrainingError/checkpoint(path:expected:found:)`` when the
    ///   checkpoint is another model's.
    @discardableResult
    public func resume() throws -> String? {
        guard let path = run?.existingLastCheckpoint else { return nil }
        let checkpoint = try Checkpoint(reading: path)
        try checkpoint.restore(
            model: &model, optimizer: &optimizer, average: &average, seed: plan.seed)
        guard checkpoint.step <= plan.steps else {
            throw TrainingError.stepsDone(
                path: run?.path ?? path, done: checkpoint.step, asked: plan.steps)
        }
        step = checkpoint.step
        best = checkpoint.best
        guard checkpoint.machine != Checkpoint.thisMachine else { return nil }
        return "\(path) was written with \(checkpoint.machine), this is \(Checkpoint.thisMachine): "
            + "the run goes on, but not to the same bits"
    }

    /// Runs the steps that are left.
    /// - Returns: ``result``.
    /// - Throws: ``TrainingError/notFinite(step:what:lastCheckpoint:)``,
    ///   ``TrainingError/interrupted(step:checkpoint:)``, and what the task or the disk throws.
    @discardableResult
    public func train(_ title: String) throws -> Task.Model {
        let steps = min(plan.steps, task.batches.stepCount ?? .max)
        guard step < steps else {
            // A finished run that is resumed: its figures are wanted all the same.
            evaluation = try task.evaluate(result)
            return result
        }
        let recorder = try run.map { try RunRecorder($0, resumingAt: step) }
        let loader = BatchLoader(task.batches, from: step)
        let progress =
            showsProgress ? ProgressBar(title, total: steps, startingAt: step) : nil
        defer { progress?.finish() }
        lastKept = .now
        while step < steps {
            if interruption.isRequested {
                try save()
                throw TrainingError.interrupted(step: step, checkpoint: run?.lastCheckpoint)
            }
            guard let batch = try loader.next() else { break }
            let metrics = try advance(on: batch)
            try saveProved()
            try recorder?.train(step: step, metrics)
            progress?.update(step, note: Self.note(metrics))
            if step == steps || step % plan.evaluationInterval == 0 { try evaluate(recorder) }
            if step == steps {
                try save()
            } else if isCheckpointDue, run != nil {
                unproved = try checkpoint()
                lastKept = .now
            }
        }
        try saveProved()
        return result
    }

    /// One step.
    private func advance(on batch: Task.Batches.Batch) throws -> [Metric] {
        let context = Context.training(random: random.split(UInt64(step)))
        optimizer.follow(plan.schedule, at: step)
        var computed = try valueAndGradients(of: model, context, freezing: plan.freezing) {
            let (loss, metrics) = try task.loss(of: $0, on: batch, $1)
            return (loss, metrics)
        }
        guard computed.loss.isFinite else { throw notFinite("the loss") }
        let norm =
            plan.gradientNorm.map { computed.gradients.clip(norm: $0) } ?? computed.gradients.norm
        guard norm.isFinite else { throw notFinite("the gradient") }
        optimizer.update(&model, with: computed.gradients)
        computed.commitBuffers(to: &model)
        average?.update(towards: model)
        step += 1
        return [Metric("loss", computed.loss)] + computed.auxiliary + [
            Metric("gradient_norm", norm), Metric("learning_rate", optimizer.learningRate),
        ]
    }

    private var isCheckpointDue: Bool {
        step % plan.checkpointInterval == 0
            || plan.checkpointPeriod.map { .now - lastKept >= $0 } ?? false
    }

    private func evaluate(_ recorder: RunRecorder?) throws {
        guard let found = try task.evaluate(result) else { return }
        evaluation = found
        try recorder?.evaluation(step: step, found.metrics)
        guard found.isBetter(than: best) else { return }
        best = found.score
        if let run { try run.writeBest(checkpoint()) }
    }

    private func save() throws {
        unproved = nil
        if let run { try run.writeLast(checkpoint()) }
    }

    private func saveProved() throws {
        if let proved = unproved.take() { try run?.writeLast(proved) }
    }

    private func checkpoint() throws -> Checkpoint {
        try Checkpoint(
            step: step, best: best, seed: plan.seed, model: model, optimizer: optimizer,
            average: average)
    }

    private func notFinite(_ what: String) -> TrainingError {
        .notFinite(step: step + 1, what: what, lastCheckpoint: run?.existingLastCheckpoint)
    }

    /// The first metrics, as the progress line shows them.
    private static func note(_ metrics: [Metric]) -> String {
        metrics.filter { !["learning_rate", "gradient_norm"].contains($0.name) }.prefix(4)
            .map { "\($0.name) \(String(format: "%.4g", $0.value))" }.joined(separator: "  ")
    }
}
