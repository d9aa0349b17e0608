import Foundation

/// The folder of a training run.
///
/// ```
/// recipe.json                                   what the run does; resuming needs nothing else
/// config.json  model.safetensors  README.md     the model, once trained
/// checkpoints/last.safetensors                  the state to resume from
/// checkpoints/best.safetensors                  the state that scored best
/// codes-*.safetensors                           clips as a frozen tokenizer encodes them
/// log.jsonl                                     all numbers, a line a step
/// events.out.tfevents.*                         the same for TensorBoard
/// rounds/1, rounds/2, …                         the earlier rounds of a run of several, each with
///                                               checkpoints, logs and model
/// ```
public struct RunFolder: Sendable {
    /// The path as specified by the caller.
    public let path: String

    /// Creates the folder, or opens it for resumption.
    /// - Throws: ``TrainingError/runExists(path:)`` when a new run would overwrite one,
    ///   ``TrainingError/output(path:reason:)`` when the folder cannot be created or written.
    public init(_ path: String, resuming: Bool) throws(TrainingError) {
        self.path = path
        if !resuming { try requireFree() }
        try Self.makeFolder(path)
        try Self.makeFolder(path + "/checkpoints")
    }

    /// Refers to an existing folder, without creating or checking anything.
    package init(existing path: String) { self.path = path }

    /// Checks that a new run can use `path`, without creating anything.
    /// - Throws: as ``init(_:resuming:)``.
    public static func requireFree(_ path: String) throws(TrainingError) {
        try RunFolder(existing: path).requireFree()
    }

    /// Checks that a new run can use this folder, without creating anything.
    /// - Throws: ``TrainingError/runExists(path:)``; ``TrainingError/output(path:reason:)`` when
    ///   the folder could not be created or written.
    package func requireFree() throws(TrainingError) {
        // A run in use is reported first; a stale lock is removed.
        if FileManager.default.fileExists(atPath: lock) { _ = try RunLock(self) }
        try requireNoRun()
        var place = URL(filePath: path).standardizedFileURL.path
        var isFolder: ObjCBool = false
        while place != "/", !FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) {
            place = URL(filePath: place).deletingLastPathComponent().path
        }
        guard place == "/" || isFolder.boolValue else {
            throw .output(path: path, reason: "\(place) is not a folder")
        }
        guard access(place, W_OK | X_OK) == 0 else {
            throw .output(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// - Throws: ``TrainingError/runExists(path:)``.
    package func requireNoRun() throws(TrainingError) {
        // A run that stopped in its first round has no checkpoint of its own yet.
        for checkpoint in [lastCheckpoint, round(1).lastCheckpoint]
        where FileManager.default.fileExists(atPath: checkpoint) {
            throw .runExists(path: path)
        }
    }

    /// The path of the last checkpoint, for resumption.
    public var lastCheckpoint: String { path + "/checkpoints/last.safetensors" }
    /// The path of the checkpoint with the best score.
    public var bestCheckpoint: String { path + "/checkpoints/best.safetensors" }
    /// The path of the run's recipe.
    public var recipe: String { path + "/recipe.json" }
    /// The path of the lock that marks the folder as in use by a process.
    package var lock: String { path + "/run.lock" }
    /// The path of the log of all metrics, one line per step.
    public var log: String { path + "/log.jsonl" }

    /// Returns the folder of an earlier round, from 1.
    package func round(_ number: Int) -> RunFolder {
        RunFolder(existing: path + "/rounds/\(number)")
    }

    /// Returns the path of the codes of a set of clips.
    package func codes(_ name: String) -> String { path + "/codes-\(name).safetensors" }

    /// The last checkpoint's path if it exists.
    package var existingLastCheckpoint: String? {
        FileManager.default.fileExists(atPath: lastCheckpoint) ? lastCheckpoint : nil
    }

    package func writeLast(_ checkpoint: Checkpoint) throws {
        try checkpoint.write(to: lastCheckpoint)
    }
    package func writeBest(_ checkpoint: Checkpoint) throws {
        try checkpoint.write(to: bestCheckpoint)
    }

    private static func makeFolder(_ path: String) throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .output(path: path, reason: describe(error))
        }
        // Checked now, not after an hour of training.
        guard access(path, W_OK | X_OK) == 0 else {
            throw .output(path: path, reason: String(cString: strerror(errno)))
        }
    }
}
