import Foundation
import GestaltData
import GestaltFiles
import GestaltImport
import GestaltModels
import GestaltTraining

extension Inspection {
    mutating func describeFolder() throws {
        let folder = ModelFolder(path)
        let run = RunFolder(existing: path)
        func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        let isModel = isThere(folder.configurationPath)
        if isModel { try describeModel(folder) }
        if isThere(run.recipe) { return try describeRun(run, isModel: isModel) }
        if isModel { return }
        if try ShardedTensors.index(in: path) != nil { return try describeCheckpoint() }
        if ImportedSet.isOne(path) { return try describeImportedSet() }
        try describeData()
    }

    private mutating func describeRun(_ run: RunFolder, isModel: Bool) throws {
        kind = "run"
        let recipe = try recipeKind(of: path)
        let model = what
        what = "a training run, \(recipe)"
        add("recipe", recipe)
        if let state = try RunState(path) {
            add("step", state.step)
            add("steps", state.steps)
            if state.rounds > 1 { add("rounds", state.rounds) }
            if let round = state.round { add("round", round) }
            if state.isFinished {
                what += ": finished, \(state.steps) steps"
            } else if state.lastPath == nil, !isModel {
                what += ": no checkpoint yet, of \(state.steps) steps"
            } else {
                what +=
                    ": stopped at step \(state.step) of \(state.steps)"
                    + (state.round.map { " in round \($0) of \(state.rounds)" } ?? "")
                remarks.append("gestalt train resume \(path) goes on with it")
            }
            add("last_checkpoint", state.lastPath)
            add("best_checkpoint", state.bestPath)
        }
        if isModel { what += "; " + model }
        describeRecipe(run.recipe)
        describeLog(run.log)
    }

    /// Describes the command and the parameters of a recipe.
    mutating func describeRecipe(_ path: String) {
        guard let bytes = FileManager.default.contents(atPath: path),
            let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        else { return }
        add("command", object["command"] as? String)
        guard let recipe = object["recipe"] as? [String: Any] else { return }
        let data = recipe["data"] as? [String: Any]
        add("data", data?["location"] as? String)
        tables.append(
            Table(
                name: "recipe", columns: ["key", "value"],
                rows: recipe.keys.sorted().map { key in
                    [.text(key), .text(Self.text(recipe[key]))]
                }))
    }

    /// Describes the last scores of a log.
    mutating func describeLog(_ path: String) {
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        let evaluations = bytes.split(separator: UInt8(ascii: "\n")).filter {
            String(decoding: $0, as: UTF8.self).contains("\"kind\":\"evaluation\"")
        }
        guard let last = evaluations.last,
            let object = try? JSONSerialization.jsonObject(with: last) as? [String: Any]
        else { return }
        tables.append(
            Table(
                name: "scores", columns: ["name", "value"],
                rows: object.keys.sorted().filter { !["kind", "seconds"].contains($0) }.map {
                    [.text($0), .text(Self.text(object[$0]))]
                }))
    }

    static func text(_ value: Any?) -> String {
        switch value {
        case let text as String: return text
        case let number as NSNumber: return "\(number)"
        case nil, is NSNull: return "none"
        case let other?:
            let bytes = try? JSONSerialization.data(
                withJSONObject: other, options: [.sortedKeys, .withoutEscapingSlashes])
            return bytes.map { String(decoding: $0, as: UTF8.self) } ?? "\(other)"
        }
    }
}
