import GestaltNN

/// The session of one call of ``Trainer/train(_:)``.
struct RunSession {
    let title: String
    let totalSteps: Int
    let firstStep: Int
    let start = ContinuousClock.now
    let stop = TrainingEvent.Session()
}

extension Trainer {
    /// Whether this rank evaluates, writes files and calls observers.
    var isLeading: Bool { collectives.rank == 0 }

    var isCheckpointDue: Bool {
        step % plan.checkpointInterval == 0
            || plan.checkpointPeriod.map { .now - lastKept >= $0 } ?? false
    }

    func evaluate() throws {
        guard isLeading, let found = try task.evaluate(result) else { return }
        evaluation = found
        let isBest = found.isBetter(than: best)
        if isBest { best = found.score }
        try notify(metrics: found.metrics) { try $0.evaluated($1) }
        guard isBest, let run else { return }
        try run.writeBest(checkpoint())
        try notify(checkpoint: run.bestCheckpoint) { try $0.saved($1) }
    }

    func save() throws {
        unproved = nil
        guard isLeading, let run else { return }
        try run.writeLast(checkpoint())
        try notify(checkpoint: run.lastCheckpoint) { try $0.saved($1) }
    }

    func saveProved() throws {
        guard let proved = unproved.take(), let run else { return }
        try run.writeLast(proved)
        try notify(step: proved.step, checkpoint: run.lastCheckpoint) { try $0.saved($1) }
    }

    func checkpoint() throws -> Checkpoint {
        var states: [String: [String: Double]] = [:]
        for observer in observers {
            let state = observer.state
            if !state.isEmpty { states[observer.stateName] = state }
        }
        return try Checkpoint(
            step: step, best: best, seed: plan.seed, model: model, optimizer: optimizer,
            average: average, observers: states)
    }

    /// Calls every observer with the current event.
    func notify(
        step: Int? = nil, metrics: [Metric] = [], checkpoint: String? = nil,
        ending: TrainingEvent.Ending? = nil,
        _ call: (any TrainingObserver, TrainingEvent) throws -> Void
    ) throws {
        guard isLeading, !observers.isEmpty else { return }
        let event = event(step: step, metrics: metrics, checkpoint: checkpoint, ending: ending)
        for observer in observers { try call(observer, event) }
    }

    func event(
        step: Int? = nil, metrics: [Metric] = [], checkpoint: String? = nil,
        ending: TrainingEvent.Ending? = nil
    ) -> TrainingEvent {
        TrainingEvent(
            title: session.title, step: step ?? self.step, firstStep: session.firstStep,
            totalSteps: session.totalSteps, metrics: metrics, evaluation: evaluation,
            seconds: (.now - session.start) / .seconds(1), run: run, checkpoint: checkpoint,
            ending: ending, session: session.stop,
            write: { [self] in try self.checkpoint().write(to: $0) })
    }
}
