import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltTraining

/// The folder of a study.
///
/// ```
/// study.json                  the study as it was last run, with the checksums of clips and models
/// runs/HASH/                  a training: recipe, model, log; checkpoints while it is unfinished
/// runs/HASH.json              its state, time, steps, machine, or the error that ended it
/// runs/HASH.claim             held by the process that makes the run
/// scores/HASH-SPLIT-N-CLIPS.json    scores of every N-th frame of a split
/// latents/                    latents of frozen encoders
/// known/                      results of runs that were made elsewhere
/// costs.json                  measured seconds of steps and frames
/// results.json                everything, for reports
/// ```
struct StudyFolder: Sendable {
    /// Absolute: recipes refer to models by it.
    let path: String

    init(_ path: String) { self.path = URL(filePath: path).standardizedFileURL.path }

    var study: String { path + "/study.json" }
    var results: String { path + "/" + StudyResults.fileName }
    var costs: String { path + "/costs.json" }
    var latents: String { path + "/latents" }
    private var known: String { path + "/known" }

    /// The digits of a hash in the names of files.
    private static let digits = 16

    func make() throws(FileFailure) {
        for part in ["runs", "scores"] { try OutputFolder.make(path + "/" + part) }
    }

    /// Returns the folder of a training.
    func run(_ hash: String) -> String { path + "/" + relativeRun(hash) }
    func relativeRun(_ hash: String) -> String { "runs/" + hash.prefix(Self.digits) }
    func claim(_ hash: String) -> String { run(hash) + ".claim" }
    private func record(_ hash: String) -> String { run(hash) + ".json" }

    /// The file of the scores of a run.
    /// - Parameter clips: the fingerprint of the split.
    func scores(_ hash: String, _ split: Split, every: Int, clips: String) -> String {
        let run = hash.prefix(Self.digits)
        return path + "/scores/\(run)-\(split.folder)-\(every)-\(clips.prefix(8)).json"
    }

    /// Whether a file or a folder exists.
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Returns the record of a run; nil where it was not begun.
    /// - Throws: ``StudyError`` for a damaged file.
    func record(of hash: String) throws -> StudyRecord? {
        try stored(StudyRecord.self, at: record(hash))
    }

    func write(_ record: StudyRecord) throws {
        try AtomicFile.write(StrictJSON.encode(record), to: self.record(record.hash))
    }

    /// All records, in no order.
    func records() throws -> [StudyRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/runs")) ?? []
        return try names.filter { $0.hasSuffix(".json") }.compactMap {
            try stored(StudyRecord.self, at: path + "/runs/" + $0)
        }
    }

    /// Reads the study of the folder.
    /// - Throws: ``StudyError`` for a folder without one.
    func storedStudy() throws -> StoredStudy {
        guard let study = try stored(StoredStudy.self, at: study) else {
            throw StudyError.file(path: study, expected: "a study that was run", found: "none")
        }
        return study
    }

    /// Reads a file of the folder; nil where there is none.
    func stored<Value: Codable>(_ type: Value.Type, at path: String) throws -> Value? {
        guard Self.exists(path) else { return nil }
        let bytes = Data(try FileReader.bytes(path: path, limit: 1 << 30))
        do {
            return try JSONDecoder().decode(Value.self, from: bytes)
        } catch {
            throw StudyError.file(
                path: path, expected: "a file that a study wrote", found: "\(error)")
        }
    }

    /// Keeps a copy of results of runs that were made elsewhere.
    func keep(_ results: StudyResults) throws {
        var sum = SHA256()
        sum.append(try StrictJSON.encode(results))
        try OutputFolder.make(known)
        let path = known + "/\(sum.hexadecimal.prefix(Self.digits)).json"
        guard !Self.exists(path) else { return }
        try results.write(to: path)
    }

    /// The results that were kept, in the order of their names.
    /// - Throws: as ``StudyResults/init(reading:)``.
    func keptResults() throws -> [KnownResults] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: known)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted()
            .map { try KnownResults(reading: known + "/" + $0) }
    }

    /// Removes the checkpoints of a finished training, which take several times its model.
    func removeCheckpoints(_ hash: String) throws {
        let run = run(hash)
        let rounds =
            (try? FileManager.default.contentsOfDirectory(atPath: run + "/rounds")) ?? []
        for folder in [run] + rounds.map({ run + "/rounds/" + $0 }) {
            let checkpoints = folder + "/checkpoints"
            guard Self.exists(checkpoints) else { continue }
            try FileManager.default.removeItem(atPath: checkpoints)
        }
    }
}

/// The state of a run: `runs/HASH.json`.
struct StudyRecord: Codable, Sendable, Equatable {
    let hash: String
    /// The row or model, labels and seed it was made for, for messages.
    var title: String
    var state: State
    /// The reason of a failure.
    var error: String?
    /// The reason why the model of a finished training could not be scored.
    var scoringError: String?
    /// The optimizer steps of all rounds; 0 until a training is finished.
    var steps = 0
    /// The seconds of training in all sessions.
    var seconds = 0.0
    /// The number of sessions that ended by a crash or a kill.
    var crashes = 0
    var machine: String?
    /// The path of the study's folder when it was last trained.
    var place: String?

    /// Whether the training is finished, so that others can start from its model.
    var isTrained: Bool { steps > 0 || state == .done }
    var hasFailedToTrain: Bool { state == .failed && !isTrained }

    enum State: String, Codable, Sendable {
        /// A process is making it, or died while it was.
        case running
        /// Interrupted, to be resumed.
        case stopped
        /// Finished; its scores may be missing.
        case done
        case failed
    }
}

/// A study as it was run, with what its hashes depend on: `study.json` in its folder.
struct StoredStudy: Codable, Sendable, Equatable {
    var study: Study
    var facts: StudyFacts
    /// The command that ran it; nil for one that a program ran.
    var command: String?
}
