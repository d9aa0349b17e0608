import Foundation
import GestaltData
import GestaltFiles

extension Inspection {
    mutating func describeFolder() throws {
        let folder = ModelFolder(path)
        let run = RunFolder(existing: path)
        func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        let isModel = isThere(folder.configurationPath)
        if isModel { try describeModel(folder) }
        if isThere(run.recipe) { return try describeRun(run, isModel: isModel) }
        if isModel { return }
        if let index = try ShardedTensors.index(in: path) { return try describeShards(index) }
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
            if state.step >= state.steps {
                what += ": finished, \(state.steps) steps"
            } else if state.lastPath == nil, !isModel {
                what += ": no checkpoint yet, of \(state.steps) steps"
            } else {
                what += ": stopped at step \(state.step) of \(state.steps)"
                remarks.append("gestalt train \(recipe) --resume --output \(path) goes on with it")
            }
            add("last_checkpoint", state.lastPath)
            add("best_checkpoint", state.bestPath)
        }
        if isModel { what += "; " + model }
        describeRecipe(run.recipe)
        describeLog(run.log)
    }

    /// The command and the choices of a recipe.
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

    /// The last scores of a log.
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

    /// A folder of clips: its splits, and what their masks hold.
    private mutating func describeData() throws {
        var rows: [[Value]] = []
        var clips: [[Value]] = []
        var found: [String] = []
        for split in Split.allCases {
            guard let set = try splitSet(split), !found.contains(set.name) else { continue }
            found.append(set.name)
            let labels = set.labelSummary
            let total = labels.pixels.reduce(0, +)
            let share = total > 0 ? Double(labels.foregroundPixels) / Double(total) : 0
            rows.append([
                .text(set.name == path ? "all" : split.folder), .integer(set.count),
                .integer(labels.frameCount),
                .text(set.clips.first.map { "\($0.height) × \($0.width)" } ?? "–"),
                .integer(labels.labeledCount),
                .text(
                    labels.ids.isEmpty ? "–" : labels.ids.map(String.init).joined(separator: " ")),
                labels.labeledCount > 0 ? .number((share * 1000).rounded() / 1000) : "–",
                .integer(labels.ignoredPixels),
            ])
            clips += set.clips.map { clip in
                [
                    .text(split.folder), .text(clip.name), .integer(clip.frameCount),
                    .integer(clip.labeledFrames.count),
                ]
            }
            remarks += (set.remarks + labels.remarks(classes: 1)).map { "\(split.folder): \($0)" }
        }
        kind = "data"
        let frames = rows.reduce(0) { if case .integer(let n) = $1[2] { $0 + n } else { $0 } }
        what = "a folder of clips, \(clips.count) with \(frames) frames"
        if found == [path] {
            what += ", without splits"
            remarks.append(
                "no train/, val/, test/ in it: each split is the whole, scores are of training frames"
            )
        }
        tables.append(
            Table(
                name: "splits",
                columns: [
                    "split", "clips", "frames", "size", "labeled_frames", "ids", "foreground_share",
                    "ignored_pixels",
                ], rows: rows))
        tables.append(
            Table(
                name: "clips", columns: ["split", "clip", "frames", "labeled_frames"], rows: clips))
    }

    /// A split; nil where the folder has others but not this one.
    private func splitSet(_ split: Split) throws -> DataSet? {
        do {
            return try DataSet.open(path, split: split)
        } catch let error as ClipError {
            let others = Split.allCases.filter { $0 != split }.map(\.folder)
            let hasOthers = others.contains {
                FileManager.default.fileExists(atPath: path + "/" + $0)
            }
            let isThere = FileManager.default.fileExists(atPath: path + "/" + split.folder)
            if hasOthers, !isThere { return nil }
            throw error
        }
    }
}
