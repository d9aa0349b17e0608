import GestaltChecks

/// A moment of a run, as its observers see it.
public struct TrainingEvent {
    /// The title given to ``Trainer/train(_:)``.
    public let title: String
    /// Optimizer steps done, those before a resumption included.
    public let step: Int
    /// Steps that were done when this process took up the run; 0 for a new one.
    public let firstStep: Int
    /// Steps of the whole run.
    public let totalSteps: Int
    /// The numbers of the step or of the evaluation; empty for other events.
    public let metrics: [Metric]
    /// The latest evaluation of this process; that of the event in ``TrainingObserver/evaluated(_:)``.
    public let evaluation: Evaluation?
    /// Seconds since this process took up the run.
    public let seconds: Double
    /// Where the run keeps its checkpoints; nil for one in memory only.
    public let run: RunFolder?
    /// The checkpoint that was written; nil for events other than ``TrainingObserver/saved(_:)``.
    public let checkpoint: String?
    /// How the run ended; nil for events other than ``TrainingObserver/finished(_:)``.
    public let ending: Ending?
    let session: Session
    let write: (String) throws -> Void

    /// How a run ended.
    public enum Ending {
        /// All steps are done, or the batches are used up.
        case completed
        /// An observer requested the stop, for this reason; evaluated and saved as a completed run.
        case stopped(reason: String)
        /// An `Interruption` was requested; the run can be resumed.
        case interrupted
        case failed(any Error)
    }

    /// What an observer asked for, held for the length of a run.
    final class Session {
        var stopReason: String?
    }

    /// Ends the run after this step as if it were the last one: it is evaluated, saved, and
    /// ``Trainer/train(_:)`` returns. The first reason counts.
    public func requestStop(_ reason: String) {
        if session.stopReason == nil { session.stopReason = reason }
    }

    /// Writes the state of the run at this moment as a checkpoint that a run can be resumed from.
    /// - Throws: what writing the file throws.
    public func writeCheckpoint(to path: String) throws { try write(path) }
}

extension TrainingEvent {
    /// The run's folder, for an observer that was given no place of its own.
    func requiredRun(_ observer: String) -> RunFolder {
        guard let run else {
            stop("\(observer) needs a path: the trainer of “\(title)” has no run folder")
        }
        return run
    }
}
