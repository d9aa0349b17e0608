import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// What a path to a model turns out to be.
enum ModelSource {
    case folder(ModelFolder)
    /// `remark` says so where a run's folder was named instead.
    case checkpoint(CheckpointModel, remark: String?)
    case videoGPT

    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
        {
            self = try Self.folder(path)
            return
        }
        guard try Self.isSafeTensors(path) else {
            self = .videoGPT
            return
        }
        let file = try SafeTensors.open(path)
        if CheckpointModel.isCheckpoint(file) {
            self = .checkpoint(try CheckpointModel(file), remark: nil)
        } else if file.metadata["format"] == "gestalt" {
            self = .folder(ModelFolder(URL(filePath: path).deletingLastPathComponent().path))
        } else {
            self = .videoGPT
        }
    }

    /// A run that is not finished is its best checkpoint, or its last.
    private static func folder(_ path: String) throws -> ModelSource {
        let folder = ModelFolder(path)
        let isModel = FileManager.default.fileExists(atPath: folder.configurationPath)
        let state: RunState?
        do {
            state = try RunState(path)
        } catch {
            // A damaged checkpoint matters to whoever resumes; a finished model is whole without.
            guard isModel else { throw error }
            return .folder(folder)
        }
        guard let state else {
            // A checkpoint in several files, as large models are published.
            if !isModel, try ShardedTensors.index(in: path) != nil { return .videoGPT }
            return .folder(folder)
        }
        guard state.step < state.steps else { return .folder(folder) }
        guard let checkpoint = state.bestPath ?? state.lastPath else {
            if isModel { return .folder(folder) }
            throw TrainingError.noCheckpoint(path: path)
        }
        let model = try CheckpointModel(try SafeTensors.open(checkpoint))
        let which = state.bestPath == nil ? "last" : "best"
        return .checkpoint(
            model,
            remark: "\(path): the run stopped at step \(state.step) of \(state.steps); this is its "
                + "\(which) checkpoint, of step \(model.step)")
    }

    /// Eight bytes of length, then an object.
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
        case .videoGPT: ""
        }
    }

    var remark: String? {
        guard case .checkpoint(_, let remark) = self else { return nil }
        return remark
    }

    /// The kind of a model of Gestalt's.
    func kind() throws -> String {
        switch self {
        case .folder(let folder): try folder.kind()
        case .checkpoint(let model, _): model.kind
        case .videoGPT: "VideoGPT"
        }
    }

    func read<Model: StoredModel>(_ type: Model.Type) throws -> Model {
        switch self {
        case .folder(let folder): try Model(folder: folder.path)
        case .checkpoint(let model, _): try model.read()
        case .videoGPT:
            throw ModelFolderError.wrongKind(
                path: path, expected: Model.Configuration.kind, found: "VideoGPT")
        }
    }
}

/// How far a run has come, by its recipe and checkpoints.
struct RunState {
    /// Steps of the last checkpoint; 0 where there is none.
    let step: Int
    /// Steps that the recipe asks for.
    let steps: Int
    let lastPath: String?
    let bestPath: String?

    /// Nil where the folder holds no run.
    /// - Throws: what reading the last checkpoint throws.
    init?(_ path: String) throws {
        let run = RunFolder(existing: path)
        struct Numbers: Decodable {
            struct Recipe: Decodable { let steps: Int }
            let recipe: Recipe
        }
        // Another file of this name is nobody's run.
        guard let bytes = FileManager.default.contents(atPath: run.recipe),
            let numbers = try? JSONDecoder().decode(Numbers.self, from: bytes)
        else { return nil }
        steps = numbers.recipe.steps
        lastPath = run.existingLastCheckpoint
        bestPath =
            FileManager.default.fileExists(atPath: run.bestCheckpoint) ? run.bestCheckpoint : nil
        step = try lastPath.map { try Checkpoint.step(of: SafeTensors.open($0)) } ?? 0
    }
}
