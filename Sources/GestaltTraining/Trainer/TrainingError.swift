/// An error that ends a training early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The loss or a gradient is non-finite; the checkpoint precedes it.
    case notFinite(step: Int, what: String, lastCheckpoint: String?)
    /// An interruption was requested; the checkpoint contains the complete state.
    case interrupted(step: Int, checkpoint: String?)
    /// A checkpoint of another model or another plan.
    case checkpoint(path: String, expected: String, found: String)
    /// The output folder already contains a run.
    case runExists(path: String)
    /// The folder contains no run, or one of another kind.
    case noRun(path: String, expected: String, found: String)
    /// Another process trains in this folder.
    case running(path: String, process: Int?)
    /// The run has completed more steps than requested.
    case stepsDone(path: String, done: Int, asked: Int)
    /// A run is resumed with clips other than its original ones.
    case otherData(path: String, expected: String, found: String)
    /// The run requires more memory than available; `fitting` is the largest batch size that fits,
    /// or 0.
    case memory(needed: Int, available: Int, bound: String, batch: Int, fitting: Int)
    /// The run stopped before it wrote a checkpoint.
    case noCheckpoint(path: String)
    /// An observer follows a metric that the evaluation does not have.
    case unknownMetric(name: String, known: [String])
    /// Another worker of this training ended with an error.
    case abandoned(step: Int)
    /// A batch has fewer items than there are workers.
    case batchTooSmall(items: Int, workers: Int)
    /// The output folder cannot be created or written.
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
                + (checkpoint.map { "; \($0) holds the state" } ?? "")
        case .checkpoint(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .runExists(let path):
            "\(path) already holds a run"
        case .noRun(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .running(let path, let process):
            "\(path) is in use: \(process.map { "process \($0)" } ?? "another process") trains there"
        case .stepsDone(let path, let done, let asked):
            "\(path): the run has done \(done) steps, more than the \(asked) asked for"
        case .otherData(let path, let expected, let found):
            "\(path): expected the clips this run began with (\(expected)), found others (\(found))"
        case .memory(let needed, let available, let bound, let batch, let fitting):
            "a batch of \(batch) needs about \(readable(bytes: needed)) of memory, and there are "
                + "\(readable(bytes: available)) with what \(bound): "
                + (fitting > 0
                    ? "a batch of \(fitting) fits"
                    : "not even a batch of one fits; smaller "
                        + "pictures, shorter clips or a smaller model may")
        case .noCheckpoint(let path):
            "\(path): the run stopped before its first checkpoint; resuming starts it again"
        case .unknownMetric(let name, let known):
            "the evaluation has no metric “\(name)”; it has \(known.joined(separator: ", "))"
        case .abandoned(let step):
            "another worker failed; this one stopped after step \(step)"
        case .batchTooSmall(let items, let workers):
            "a batch of \(items) items cannot be divided among \(workers) workers"
        case .output(let path, let reason):
            "\(path): cannot be written: \(reason)"
        }
    }
}
