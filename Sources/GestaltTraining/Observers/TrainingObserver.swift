/// A part of a program that follows a ``Trainer``'s run: it shows, records, keeps or stops.
///
/// ```swift
/// final class Announcer: TrainingObserver {
///     func evaluated(_ event: TrainingEvent) throws {
///         print("step \(event.step) of \(event.totalSteps): score \(event.evaluation!.score)")
///     }
/// }
/// let trainer = Trainer(model: network, task: task, optimizer: AdamW(), plan: plan,
///                       observers: [ProgressObserver(), Announcer()])
/// ```
/// All methods do nothing by default. They are called on the training thread, for each event in the
/// order of the observers; an error that one throws ends the run. Observers see the run and cannot
/// change its numbers: the same run with others, or with none, gives the same bits, unless one
/// calls ``TrainingEvent/requestStop(_:)``.
///
/// With several workers only rank 0 calls its observers.
public protocol TrainingObserver: AnyObject {
    /// Called before the first step of a run or of its resumption. A run that has no steps left
    /// calls no observer.
    func started(_ event: TrainingEvent) throws
    /// Called after each step, with its metrics.
    func stepped(_ event: TrainingEvent) throws
    /// Called after each evaluation, with its metrics.
    func evaluated(_ event: TrainingEvent) throws
    /// Called once a checkpoint is in the run's folder, with its path. The step is the checkpoint's,
    /// which may be the one before the latest.
    func saved(_ event: TrainingEvent) throws
    /// Called last, however the run ended, see ``TrainingEvent/ending``. An error thrown here is
    /// ignored where the run itself failed.
    func finished(_ event: TrainingEvent) throws

    /// The name under which checkpoints keep ``state``, unique among a trainer's observers.
    var stateName: String { get }
    /// What a resumed run needs to know to go on as the uninterrupted one would have; empty by
    /// default. Checkpoints keep every number exactly.
    var state: [String: Double] { get }
    /// Takes over the state of the checkpoint that a run is resumed from; called by
    /// ``Trainer/resume()`` where the checkpoint has one.
    /// - Throws: an error of the observer's own for a state that it cannot continue from.
    func restore(_ state: [String: Double]) throws
}

extension TrainingObserver {
    public func started(_ event: TrainingEvent) throws {}
    public func stepped(_ event: TrainingEvent) throws {}
    public func evaluated(_ event: TrainingEvent) throws {}
    public func saved(_ event: TrainingEvent) throws {}
    public func finished(_ event: TrainingEvent) throws {}

    /// The name of the type.
    public var stateName: String { String(describing: Self.self) }
    public var state: [String: Double] { [:] }
    public func restore(_ state: [String: Double]) throws {}
}
