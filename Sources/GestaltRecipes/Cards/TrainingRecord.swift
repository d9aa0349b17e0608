import Foundation
import GestaltIO
import GestaltModels
import GestaltTraining

/// A training, as the card of a model lists it.
public struct TrainingRecord: Codable, Sendable, Equatable {
    /// The kind of the recipe: `tokenizer`, `head`.
    public var kind: String
    /// The command, in which paths are reduced to their last component; nil for a program's run.
    public var command: String?
    /// The training clips, the last component of their path.
    public var data: String
    /// The number of labeled frames; nil for all, and for trainings without labels.
    public var labels: Int?
    /// The number of steps, of all rounds together.
    public var steps: Int
    public var seed: UInt64
    /// Wall time of training and evaluation in minutes; nil without a log.
    public var minutes: Double?

    /// Reads the record of a finished run.
    /// - Throws: ``TrainingError`` for a folder without a recipe of a known kind.
    public init(run folder: String) throws {
        let recipe = try Recipes.recipe(ofRun: folder)
        let files = RunFolder(existing: folder)
        kind = type(of: recipe).kind
        data = Self.lastComponent(recipe.data.location)
        labels = recipe.labels
        let rounds = max(1, recipe.rounds)
        (steps, seed) = (recipe.steps * rounds, recipe.seed)
        let logs = (1..<rounds).map { files.round($0).log } + [files.log]
        let seconds = logs.compactMap { Self.seconds(inLog: $0) }
        minutes = seconds.isEmpty ? nil : (seconds.reduce(0, +) / 6).rounded() / 10
        let stored = FileManager.default.contents(atPath: files.recipe) ?? Data()
        command = (try? JSONDecoder().decode(Command.self, from: stored))?.command
            .map(Self.withoutFolders)
    }

    private struct Command: Decodable {
        let command: String?
    }

    /// Returns the seconds of all sessions of a run: within one they grow.
    static func seconds(inLog path: String) -> Double? {
        struct Line: Decodable { let seconds: Double }
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        var (sum, last) = (0.0, 0.0)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
                continue
            }
            if line.seconds < last { sum += last }
            last = line.seconds
        }
        return sum + last > 0 ? sum + last : nil
    }

    /// The options whose values are paths of the machine a run was made on.
    private static let pathOptions: Set = [
        "--data", "--output", "--model", "--tokenizer", "--encoder", "--teacher", "--start",
        "--recipe",
    ]

    /// Returns a command with its paths reduced to their last component: it can then be repeated in
    /// a folder that holds data and runs under these names. `--quiet` is left out.
    static func withoutFolders(_ command: String) -> String {
        var words: [Substring] = []
        for word in command.split(separator: " ") where word != "--quiet" {
            let isPath = words.last.map { pathOptions.contains(String($0)) } ?? false
            let parts = word.split(separator: "=", maxSplits: 1)
            if isPath {
                words.append(Substring(lastComponent(String(word))))
            } else if parts.count == 2, pathOptions.contains(String(parts[0])) {
                words.append("\(parts[0])=\(lastComponent(String(parts[1])))")
            } else {
                words.append(word)
            }
        }
        return words.joined(separator: " ")
    }

    /// The last component of a path; a pre-trained model keeps its full name.
    static func lastComponent(_ path: String) -> String {
        PretrainedModels.names.contains(path) ? path : URL(filePath: path).lastPathComponent
    }
}

extension TrainingRecord {
    /// Reads the records of a run and, before them, of the runs of its models, each once.
    /// - Throws: as ``init(run:)``; errors in reading a pre-trained model's card.
    public static func chain(of folder: String) throws -> [TrainingRecord] {
        var visited: Set<String> = []
        return try chain(of: folder, &visited)
    }

    /// - Parameter visited: the runs that are listed already, so that one which is the source of
    ///   two models counts once, and a folder that names itself ends.
    private static func chain(
        of folder: String, _ visited: inout Set<String>
    ) throws -> [TrainingRecord] {
        guard visited.insert(URL(filePath: folder).standardizedFileURL.path).inserted else {
            return []
        }
        var records: [TrainingRecord] = []
        for model in try Recipes.recipe(ofRun: folder).sources {
            if PretrainedModels.isName(model) {
                records += try ModelCard(folder: PretrainedModels.path(of: model)).trainings
            } else if FileManager.default.fileExists(atPath: recipePath(model)) {
                records += try chain(of: model, &visited)
            }
            // A bare checkpoint has no recipe; the chain begins after it.
        }
        return records + [try TrainingRecord(run: folder)]
    }
}
