/// What ends a training early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The loss or a gradient is not a number any more; the checkpoint is from before.
    case notFinite(step: Int, what: String, lastCheckpoint: String?)
    /// Somebody asked to stop; the checkpoint holds everything.
    case interrupted(step: Int, checkpoint: String?)
    /// A checkpoint that another model, or another plan, wrote.
    case checkpoint(path: String, expected: String, found: String)
    /// The output folder already holds a run.
    case runExists(path: String)
    /// The folder holds no run, or one of another kind.
    case noRun(path: String, expected: String, found: String)
    /// The run stopped before it wrote a checkpoint.
    case noCheckpoint(path: String)
    /// The output folder cannot be made or written.
    case output(path: String, reason: String)

    public var description: String {
        switch self {
        case .notFinite(let step, let what, let checkpoint):
            "\(what) is not finite at step \(step); "
                + (checkpoint.map { "the last good checkpoint is \($0)" }
                    ?? "no checkpoint was written yet")
                + "; a lower learning rate or gradient clipping may help"
        case .interrupted(let step, let checkpoint):
            "stopped after step \(step)"
                + (checkpoint.map { "; \($0) holds the state, --resume goes on from it" } ?? "")
        case .checkpoint(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .runExists(let path):
            "\(path) already holds a run: resume it with --resume, or choose another output folder"
        case .noRun(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .noCheckpoint(let path):
            "\(path): the run stopped before its first checkpoint; resuming starts it again"
        case .output(let path, let reason):
            "\(path): cannot be written: \(reason)"
        }
    }
}
