import Foundation

/// The folder a training run lives in.
///
/// ```
/// recipe.json                                   what the run does; resuming needs nothing else
/// config.json  model.safetensors  README.md     the model, once trained
/// checkpoints/last.safetensors                  the state to resume from
/// checkpoints/best.safetensors                  the state that scored best
/// codes-*.safetensors                           clips as a frozen tokenizer encodes them
/// log.jsonl                                     all numbers, a line a step
/// events.out.tfevents.*                         the same for TensorBoard
/// ```
public struct RunFolder: Sendable {
    /// Where it is, as it was given.
    public let path: String

    /// Makes the folder, or opens it to resume.
    /// - Throws: ``TrainingError/runExists(path:)`` when a new run would overwrite one,
    ///   ``TrainingError/output(path:reason:)`` when the folder cannot be made or written.
    public init(_ path: String, resuming: Bool) throws(TrainingError) {
        self.path = path
        if !resuming { try requireFree() }
        try Self.makeFolder(path)
        try Self.makeFolder(path + "/checkpoints")
    }

    /// A folder as it is; nothing is made or checked.
    package init(existing path: String) { self.path = path }

    /// Checks that a new run can live at `path`, and makes nothing.
    /// - Throws: as ``init(_:resuming:)``.
    public static func requireFree(_ path: String) throws(TrainingError) {
        try RunFolder(existing: path).requireFree()
    }

    /// Checks that a new run can live here, and makes nothing.
    /// - Throws: ``TrainingError/runExists(path:)``; ``TrainingError/output(path:reason:)`` when the
    ///   folder could not be made or written.
    package func requireFree() throws(TrainingError) {
        // Somebody's run is in use before it is anything else; a lock left behind goes.
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
        if FileManager.default.fileExists(atPath: lastCheckpoint) { throw .runExists(path: path) }
    }

    /// The state to resume from.
    public var lastCheckpoint: String { path + "/checkpoints/last.safetensors" }
    /// The state that scored best.
    public var bestCheckpoint: String { path + "/checkpoints/best.safetensors" }
    /// What the run does.
    public var recipe: String { path + "/recipe.json" }
    /// Says that a process works here.
    package var lock: String { path + "/run.lock" }
    /// All numbers, a line a step.
    public var log: String { path + "/log.jsonl" }

    /// The codes of a set of clips.
    package func codes(_ name: String) -> String { path + "/codes-\(name).safetensors" }

    /// The last checkpoint's path once there is one.
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
        // Asked now, not after an hour of training.
        guard access(path, W_OK | X_OK) == 0 else {
            throw .output(path: path, reason: String(cString: strerror(errno)))
        }
    }
}
