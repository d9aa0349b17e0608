import GestaltChecks

/// An event of a run, as received by its observers.
public struct TrainingEvent {
    /// The title passed to ``Trainer/train(_:)``.
    public let title: String
    /// The number of completed optimizer steps, including those before a resumption.
    public let step: Int
    /// The number of completed steps when this process started or resumed the run; 0 for a new run.
    public let firstStep: Int
    /// The number of steps of the whole run.
    public let totalSteps: Int
    /// The metrics of the step or of the evaluation; empty for other events.
    public let metrics: [Metric]
    /// The latest evaluation of this process; the event's own evaluation in
    /// ``TrainingObserver/evaluated(_:)``.
    public let evaluation: Evaluation?
    /// Seconds since this process started or resumed the run.
    public let seconds: Double
    /// The folder of the run's checkpoints; nil for a run in memory only.
    public let run: RunFolder?
    /// The path of the written checkpoint; nil for events other than
    /// ``TrainingObserver/saved(_:)``.
    public let checkpoint: String?
    /// The ending of the run; nil for events other than ``TrainingObserver/finished(_:)``.
    public let ending: Ending?
    let session: Session
    let write: (String) throws -> Void

    /// The ending of a run.
    public enum Ending {
        /// All steps are completed, or the batches are exhausted.
        case completed
        /// An observer requested the stop, for this reason; evaluated and saved as a completed run.
        case stopped(reason: String)
        /// An `Interruption` was requested; the run can be resumed.
        case interrupted
        case failed(any Error)
    }

    /// The requests of observers during a run.
    final class Session {
        var stopReason: String?
    }

    /// Ends the run after this step as if it were the last one: it is evaluated, saved, and
    /// ``Trainer/train(_:)`` returns. The first reason applies.
    public func requestStop(_ reason: String) {
        if session.stopReason == nil { session.stopReason = reason }
    }

    /// Writes the current state of the run as a checkpoint for resumption.
    /// - Throws: errors of writing the file.
    public func writeCheckpoint(to path: String) throws { try write(path) }
}

extension TrainingEvent {
    /// Returns the run's folder, for an observer without its own folder.
    func requiredRun(_ observer: String) -> RunFolder {
        guard let run else {
            stop("\(observer) needs a path: the trainer of “\(title)” has no run folder")
        }
        return run
    }
}
