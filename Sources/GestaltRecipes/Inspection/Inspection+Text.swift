import Foundation
import GestaltModels

extension Inspection {
    /// Identifies the kind of a JSON file and describes it.
    mutating func describeJSON() {
        kind = "json"
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        if bytes.starts(with: Array("{\"step\":".utf8)) { return describeText() }
        guard let object = try? JSONSerialization.jsonObject(with: bytes) else {
            return describeText()
        }
        if let list = object as? [Any] {
            what = "JSON, a list of \(list.count)"
            return
        }
        guard let keys = object as? [String: Any] else { return }
        add("keys", .list(keys.keys.sorted().prefix(20).map { .text($0) }))
        if keys["recipe"] != nil, let recipe = keys["kind"] as? String {
            (kind, what) = ("recipe", "the recipe of a training run, \(recipe)")
            describeRecipe(path)
        } else if keys["configuration"] != nil, let model = keys["kind"] as? String {
            (kind, what) = (
                "configuration", "the configuration of a model, \(model); its folder is the model"
            )
        } else if let images = keys["images"] as? [Any], let notes = keys["annotations"] as? [Any] {
            kind = "annotations"
            what = "COCO annotations, \(notes.count) of \(images.count) pictures"
        } else if keys["shapes"] != nil, keys["imagePath"] != nil {
            (kind, what) = ("annotations", "LabelMe annotations of one image")
        }
    }

    /// Describes the log of a run, a table, or other text.
    mutating func describeText() {
        kind = "text"
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        add("lines", lines.count)
        struct Line: Decodable { let step: Int }
        if let last = lines.last(where: { (try? JSONDecoder().decode(Line.self, from: $0)) != nil }
        ),
            let step = (try? JSONDecoder().decode(Line.self, from: last))?.step
        {
            (kind, what) = (
                "log", "the log of a training run, \(lines.count) lines to step \(step)"
            )
            return describeLog(path)
        }
        what = "text, \(lines.count) \(lines.count == 1 ? "line" : "lines")"
    }
}
