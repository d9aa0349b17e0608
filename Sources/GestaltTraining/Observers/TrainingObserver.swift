/// An observer of a ``Trainer``'s run, which may display, record, store or stop it.
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
/// order of the observers; an error thrown by one ends the run. Observers cannot change the numbers
/// of a run: the same run with other observers, or with none, yields the same bits, unless one
/// calls ``TrainingEvent/requestStop(_:)``.
///
/// With several workers only rank 0 calls its observers.
public protocol TrainingObserver: AnyObject {
    /// Called before the first step of a run or of its resumption. A run without remaining steps
    /// calls no observer.
    func started(_ event: TrainingEvent) throws
    /// Called after each step, with its metrics.
    func stepped(_ event: TrainingEvent) throws
    /// Called after each evaluation, with its metrics.
    func evaluated(_ event: TrainingEvent) throws
    /// Called once a checkpoint is in the run's folder, with its path. The step is the
    /// checkpoint's, which may be the one before the latest.
    func saved(_ event: TrainingEvent) throws
    /// Called last, for every ending of the run; see ``TrainingEvent/ending``. An error thrown here
    /// is ignored if the run itself failed.
    func finished(_ event: TrainingEvent) throws

    /// The name of ``state`` in checkpoints, unique among a trainer's observers.
    var stateName: String { get }
    /// The state required to continue a resumed run as if uninterrupted; empty by default.
    /// Checkpoints store every number exactly.
    var state: [String: Double] { get }
    /// Restores the state from the checkpoint that a run is resumed from; called by
    /// ``Trainer/resume()`` if the checkpoint has one.
    /// - Throws: an observer-specific error for a state that it cannot continue.
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
