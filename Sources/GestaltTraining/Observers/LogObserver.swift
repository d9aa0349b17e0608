/// An observer that writes all metrics of a run as JSON lines, one object for each step and each
/// evaluation.
///
/// Keys: `step` (steps done), `kind` (`train` or `evaluation`), `seconds` since the run or its
/// resumption began, and the metrics by name; `null` for non-finite values. A resumed run drops the
/// lines of steps that it repeats.
public final class LogObserver: TrainingObserver {
    private let path: String?
    private var log: RunLog?

    /// - Parameter path: the file; by default ``RunFolder/log`` of the run.
    public init(path: String? = nil) { self.path = path }

    /// - Throws: ``TrainingError/output(path:reason:)``.
    /// - Precondition: a path is specified, or the run has a folder.
    public func started(_ event: TrainingEvent) throws {
        log = try RunLog(
            path: path ?? event.requiredRun("LogObserver").log, resumingAt: event.firstStep)
    }

    public func stepped(_ event: TrainingEvent) throws { try write("train", event) }
    public func evaluated(_ event: TrainingEvent) throws { try write("evaluation", event) }
    public func finished(_ event: TrainingEvent) throws { log = nil }

    private func write(_ kind: String, _ event: TrainingEvent) throws {
        try log?.write(step: event.step, kind: kind, seconds: event.seconds, event.metrics)
    }
}
