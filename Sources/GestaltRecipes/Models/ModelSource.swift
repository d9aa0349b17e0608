import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// The kind of source that a path to a model leads to.
enum ModelSource {
    case folder(ModelFolder)
    /// With a `remark` where the path was a run's folder.
    case checkpoint(CheckpointModel, remark: String?)
    /// A file of another program.
    case foreign

    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
        {
            self = try Self.folder(path)
            return
        }
        guard try Self.isSafeTensors(path) else {
            self = .foreign
            return
        }
        let file = try SafeTensorsFile(contentsOf: path)
        if CheckpointModel.isCheckpoint(file) {
            self = .checkpoint(try CheckpointModel(file), remark: nil)
        } else if file.metadata["format"] == "gestalt" {
            self = .folder(ModelFolder(URL(filePath: path).deletingLastPathComponent().path))
        } else {
            self = .foreign
        }
    }

    /// Resolves a folder; an unfinished run resolves to its best checkpoint, or its last.
    private static func folder(_ path: String) throws -> ModelSource {
        let folder = ModelFolder(path)
        let isModel = FileManager.default.fileExists(atPath: folder.configurationPath)
        let state: RunState?
        do {
            state = try RunState(path)
        } catch {
            // A damaged checkpoint matters only for resuming; a finished model does not need it.
            guard isModel else { throw error }
            return .folder(folder)
        }
        guard let state else {
            // A sharded checkpoint, as large models are published.
            if !isModel, try ShardedTensors.index(in: path) != nil { return .foreign }
            guard isModel else {
                throw TrainingError.noRun(
                    path: path, expected: "the folder of a model or of a training run",
                    found: "a folder without config.json")
            }
            return .folder(folder)
        }
        guard !state.isFinished else { return .folder(folder) }
        guard let checkpoint = state.bestPath ?? state.lastPath else {
            if isModel { return .folder(folder) }
            throw TrainingError.noCheckpoint(path: path)
        }
        let model = try CheckpointModel(try SafeTensorsFile(contentsOf: checkpoint))
        let which = state.bestPath == nil ? "last" : "best"
        return .checkpoint(
            model,
            remark: "\(path): the run stopped at step \(state.step) of \(state.steps)"
                + (state.round.map { " in round \($0) of \(state.rounds)" } ?? "")
                + "; this is its \(which) checkpoint, of step \(model.step)")
    }

    /// Whether the file starts with eight bytes of length and then an object.
    private static func isSafeTensors(_ path: String) throws -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        let start = try file.read(upToCount: 9) ?? Data()
        return start.count == 9 && start.last == UInt8(ascii: "{")
    }

    var path: String {
        switch self {
        case .folder(let folder): folder.configurationPath
        case .checkpoint(let model, _): model.path
        case .foreign: ""
        }
    }

    var remark: String? {
        guard case .checkpoint(_, let remark) = self else { return nil }
        return remark
    }

    /// Returns the kind of one of Gestalt's models.
    func kind() throws -> String {
        switch self {
        case .folder(let folder): try folder.kind()
        case .checkpoint(let model, _): model.kind
        case .foreign: "another program"
        }
    }

    func read<Model: StoredModel>(_ type: Model.Type) throws -> Model {
        switch self {
        case .folder(let folder): try Model(folder: folder.path)
        case .checkpoint(let model, _): try model.read()
        case .foreign:
            throw ModelFolderError.wrongKind(
                path: path, expected: Model.Configuration.kind, found: "another program's")
        }
    }
}

/// The progress of a run, by its recipe and checkpoints.
struct RunState {
    /// Steps of the last checkpoint; 0 where there is none.
    let step: Int
    /// The recipe's number of steps, of each round.
    let steps: Int
    /// The recipe's number of rounds; 1 for most.
    let rounds: Int
    /// The round of the last checkpoint, if it is not the last one.
    let round: Int?
    let lastPath: String?
    let bestPath: String?

    /// Returns nil where the folder holds no run.
    /// - Throws: errors in reading the last checkpoint.
    init?(_ path: String) throws {
        var run = RunFolder(existing: path)
        struct Numbers: Decodable {
            struct Recipe: Decodable {
                let optimization: Steps
                let rounds: Int?
            }
            struct Steps: Decodable { let steps: Int }
            let recipe: Recipe
        }
        // Another file of this name is not a run.
        guard let bytes = FileManager.default.contents(atPath: run.recipe),
            let numbers = try? JSONDecoder().decode(Numbers.self, from: bytes)
        else { return nil }
        steps = numbers.recipe.optimization.steps
        rounds = numbers.recipe.rounds ?? 1
        let begun = (1..<max(1, rounds)).last { run.round($0).existingLastCheckpoint != nil }
        round = run.existingLastCheckpoint == nil ? begun : nil
        if let round { run = run.round(round) }
        lastPath = run.existingLastCheckpoint
        bestPath =
            FileManager.default.fileExists(atPath: run.bestCheckpoint) ? run.bestCheckpoint : nil
        step = try lastPath.map { try Checkpoint.step(of: SafeTensorsFile(contentsOf: $0)) } ?? 0
    }

    var isFinished: Bool { step >= steps && round == nil }
}
