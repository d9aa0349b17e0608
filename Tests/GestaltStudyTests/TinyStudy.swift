import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltStudy
import Synchronization
import TestSupport

/// Studies that take a second.
enum TinyStudy {
    /// A pre-trained encoder, a head on it, a U-Net, its student, a constant mask.
    static func study(labels: [String: Study.Seeds] = ["4": 1]) -> Study {
        var study = Study(title: "A tiny study", data: "synthetic:2", labels: labels)
        study.every = 15
        study.common = [
            "optimization.steps": 2, "optimization.batchSize": 2, "augmentation": "flip",
        ]
        study.models = [
            "video": Study.Model(
                Study.Training(
                    "encoder",
                    [
                        "width": 4, "terms": "still", "optimization.steps": 2,
                        "optimization.batchSize": 2,
                    ]))
        ]
        study.rows = [
            Study.Row("unet", .baseline, Study.Training("unet", ["network.widths": [4, 8]])),
            Study.Row(
                "dense", .encoder,
                Study.Training("head", ["encoder": "dense", "model": "@video"])),
            Study.Row(
                "unet-student", .baseline,
                Study.Training(
                    "student",
                    [
                        "teachers": ["@unet"], "labeledBatch": 1, "averagesOverTime": false,
                        "propagation": "none",
                    ])),
            Study.Row("mean", .control, method: Study.Training("mean-mask", ["threshold": 0.25])),
        ]
        return study
    }

    /// A study of U-Nets alone.
    static func unets(steps: Int = 2, seeds: Int = 1) -> Study {
        var study = study(labels: ["4": .count(seeds)])
        study.models = [:]
        study.common["optimization.steps"] = .integer(Int64(steps))
        study.rows = Array(study.rows.prefix(1))
        return study
    }

    static func options(
        _ interruption: Interruption = Interruption(),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) -> StudyOptions {
        var options = StudyOptions(
            showsProgress: false, interruption: interruption, notice: notice)
        options.rehearses = false
        return options
    }

    /// The weights of all runs, by folder.
    static func weights(_ folder: String) -> [String: Data] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/runs")) ?? []
        return names.reduce(into: [:]) { result, name in
            let path = "\(folder)/runs/\(name)/model.safetensors"
            result[name] = FileManager.default.contents(atPath: path)
        }
    }
}

/// Sentences that a study reported.
final class Notices: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
