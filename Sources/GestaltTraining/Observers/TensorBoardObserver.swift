import GestaltMedia

/// An observer that writes all metrics of a run as TensorBoard events: `train/NAME` for steps,
/// `evaluation/NAME` for evaluations.
///
/// A resumed run creates another file and truncates the earlier ones after the step it resumes
/// from, so that every step occurs once.
public final class TensorBoardObserver: TrainingObserver {
    private let folder: String?
    private var events: EventFile?

    /// - Parameter folder: an existing folder; by default that of the run.
    public init(folder: String? = nil) { self.folder = folder }

    /// - Throws: `MediaError` when the files cannot be truncated or created.
    /// - Precondition: a folder is specified, or the run has one.
    public func started(_ event: TrainingEvent) throws {
        let folder = self.folder ?? event.requiredRun("TensorBoardObserver").path
        try EventFile.cut(folder: folder, after: event.firstStep)
        events = try EventFile(folder: folder)
    }

    public func stepped(_ event: TrainingEvent) throws { try write("train", event) }
    public func evaluated(_ event: TrainingEvent) throws { try write("evaluation", event) }
    public func finished(_ event: TrainingEvent) throws { events = nil }

    private func write(_ kind: String, _ event: TrainingEvent) throws {
        try events?.write(
            step: event.step,
            scalars: event.metrics.map { (tag: "\(kind)/\($0.name)", value: Float($0.value)) })
    }
}
