import GestaltChecks
import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor

/// The training loop: from batches through losses and gradients to optimizer steps, with
/// evaluation, weight averages and checkpoints.
///
/// ```swift
/// let trainer = Trainer(
///     model: network, task: task, optimizer: AdamW(), plan: plan,
///     observers: [ProgressObserver()])
/// let trained = try trainer.train("head")
/// ```
/// With a ``RunFolder`` the run keeps its last and its best checkpoint there, stops at an
/// `Interruption` with everything saved, and resumes bit for bit: step `s` draws its batch and its
/// random numbers from the seed and `s` alone. Everything else, from the progress line to early
/// stopping, is a ``TrainingObserver``; without one a trainer is silent.
///
/// With ``Collectives`` of several workers each rank runs a separate trainer on its part of every
/// batch (``ShardedBatches``), from the same model, plan and seed. Losses, gradients, norms and
/// codebooks are averaged over the ranks, so all models are identical to the bit. Rank 0 alone
/// evaluates, writes files and calls observers; the other ranks' ``evaluation`` remains nil. All
/// ranks may receive the run's folder, for resumption. A rank that fails releases the others, which
/// throw ``TrainingError/abandoned(step:)``.
///
/// `train` works on the calling thread. From Swift concurrency use ``onOwnThread(_:)``: otherwise
/// it would occupy a thread of the cooperative pool for the whole run.
public final class Trainer<Task: StateDependentTask> {
    /// The model in training; use ``result`` for evaluation.
    public internal(set) var model: Task.Model
    public let task: Task
    public let plan: TrainingPlan
    public let observers: [any TrainingObserver]
    public let collectives: any Collectives
    /// The number of completed optimizer steps, including those before a resumption.
    public internal(set) var step = 0
    /// The latest evaluation of this process.
    public internal(set) var evaluation: Evaluation?
    var optimizer: any Optimizer
    var average: WeightAverage<Task.Model>?
    let run: RunFolder?
    let interruption: Interruption
    var best: Double?
    var lastKept = ContinuousClock.now
    /// The pending checkpoint, written once a step from it had finite values, so that the last
    /// checkpoint is valid.
    var unproved: Checkpoint?
    let random: RandomStream
    var session = RunSession(title: "", totalSteps: 0, firstStep: 0)

    /// - Parameters:
    ///   - run: the folder of checkpoints; nil for none.
    ///   - interruption: stops the run early when requested.
    ///   - collectives: the exchange with the other workers; a single worker by default.
    ///   - observers: followers of the run, called in this order.
    /// - Precondition: observers with a state have distinct state names.
    public init(
        model: Task.Model, task: Task, optimizer: any Optimizer, plan: TrainingPlan,
        run: RunFolder? = nil, interruption: Interruption = .process,
        collectives: any Collectives = LocalCollectives(),
        observers: [any TrainingObserver] = []
    ) {
        let names = observers.filter { !$0.state.isEmpty }.map(\.stateName)
        require(
            Set(names).count == names.count,
            "Trainer: two observers keep their state under one name, of \(names)")
        self.model = model
        self.task = task
        self.plan = plan
        self.optimizer = optimizer
        self.run = run
        self.interruption = interruption
        self.collectives = collectives
        self.observers = observers
        average = plan.averageDecay.map { WeightAverage(of: model, decay: $0) }
        random = RandomStream(seed: plan.seed)
    }

    /// The model for evaluation and saving: the weight average if the plan has one.
    public var result: Task.Model { average?.model ?? model }

    /// Continues the run from its last checkpoint, observers included; a run without one starts
    /// from the beginning, which yields the same bits.
    /// - Returns: a warning when the checkpoint's machine differs from this one, and with it the
    ///   subsequent bits from those of an uninterrupted run.
    /// - Throws: errors of reading; ``TrainingError/checkpoint(path:expected:found:)`` when the
    ///   checkpoint belongs to another model; ``TrainingError/stepsDone(path:done:asked:)``.
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
        for observer in observers {
            if let state = checkpoint.observers[observer.stateName] { try observer.restore(state) }
        }
        guard checkpoint.machine != Checkpoint.thisMachine else { return nil }
        return "\(path) was written with \(checkpoint.machine), this is \(Checkpoint.thisMachine): "
            + "the run goes on, but not to the same bits"
    }

    /// Runs the remaining steps, then evaluates and saves.
    ///
    /// A run without remaining steps, and one that an observer stops before its first, is evaluated
    /// and otherwise unchanged.
    /// - Parameter title: the name displayed by observers.
    /// - Returns: ``result``.
    /// - Throws: ``TrainingError/notFinite(step:what:lastCheckpoint:)``,
    ///   ``TrainingError/interrupted(step:checkpoint:)``, ``TrainingError/abandoned(step:)``, and
    ///   errors of the task, an observer or the disk.
    @discardableResult
    public func train(_ title: String) throws -> Task.Model {
        let available = task.batches.stepCount.map { $0 / plan.accumulation }
        let steps = min(plan.steps, available ?? .max)
        guard step < steps else {
            if isLeading { evaluation = try task.evaluate(result) }
            return result
        }
        session = RunSession(title: title, totalSteps: steps, firstStep: step)
        let ending: TrainingEvent.Ending
        do {
            ending = try runSteps()
            collectives.barrier()
            try requirePresence()
        } catch {
            fail(error)
            throw error
        }
        try notify(ending: ending) { try $0.finished($1) }
        return result
    }

    /// Releases the other ranks unless they stop as well, and notifies the observers.
    private func fail(_ error: any Error) {
        var ending = TrainingEvent.Ending.failed(error)
        if case TrainingError.interrupted = error {
            ending = .interrupted
        } else {
            collectives.abandon()
        }
        // The current error is the one to report.
        for observer in observers where isLeading { try? observer.finished(event(ending: ending)) }
    }

    /// Runs the training loop.
    private func runSteps() throws -> TrainingEvent.Ending {
        try notify { try $0.started($1) }
        let loader = BatchLoader(task.batches, from: step * plan.accumulation)
        lastKept = .now
        var evaluated: Int?
        while step < session.totalSteps, try !isStopped() {
            let metrics = try advance(on: try batches(from: loader))
            try saveProved()
            try notify(metrics: metrics) { try $0.stepped($1) }
            guard step < session.totalSteps else { break }
            if step % plan.evaluationInterval == 0 {
                try evaluate()
                evaluated = step
            }
            if isCheckpointDue, isLeading, run != nil {
                unproved = try checkpoint()
                lastKept = .now
            }
        }
        if step == session.firstStep {
            if isLeading { evaluation = try task.evaluate(result) }
        } else {
            if evaluated != step { try evaluate() }
            try save()
        }
        return session.stop.stopReason.map { .stopped(reason: $0) } ?? .completed
    }

    private func batches(
        from loader: BatchLoader<Task.Batches>
    ) throws -> [Task.Batches.Batch] {
        try (0..<plan.accumulation).map { _ in
            guard let batch = try loader.next() else {
                stop("\(Task.Batches.self) ended before its stepCount")
            }
            return batch
        }
    }

    /// Returns on every rank whether an observer of rank 0 requested a stop.
    /// - Throws: ``TrainingError/interrupted(step:checkpoint:)`` when any rank was interrupted,
    ///   ``TrainingError/abandoned(step:)``.
    private func isStopped() throws -> Bool {
        var interrupted = interruption.isRequested
        var stopped = session.stop.stopReason != nil
        if collectives.size > 1 {
            let flags = collectives.allReduce(
                Tensor([interrupted ? 1 : 0, stopped ? 1 : 0])
            ).scalars
            (interrupted, stopped) = (flags[0] > 0, flags[1] > 0)
            try requirePresence()
        }
        guard interrupted else { return stopped }
        try save()
        collectives.barrier()
        throw TrainingError.interrupted(step: step, checkpoint: run?.lastCheckpoint)
    }

    /// - Throws: ``TrainingError/abandoned(step:)``.
    func requirePresence() throws(TrainingError) {
        if collectives.isAbandoned { throw .abandoned(step: step) }
    }
}
