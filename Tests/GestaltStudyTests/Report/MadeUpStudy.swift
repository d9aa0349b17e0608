import Foundation
import GestaltData
import GestaltRecipes
import GestaltStudy

/// Results with chosen scores, for tests of reports.
struct MadeUpStudy {
    var clips = 8
    var rows: [StudyResults.Row] = []
    var runs: [StudyResults.Run] = []
    var models: [StudyResults.Model] = []
    var labels: [Int?] = [10, nil]
    private static let framesOfAClip = 2

    /// Adds a row whose scores with each number of labels are `means`, one for each seed.
    ///
    /// Scores vary from clip to clip, equally for all rows, and a little from frame to frame.
    mutating func add(
        _ name: String, _ group: StudyGroup, source: String = "rgb", head: String? = "unet",
        regime: String = "as the fields say",
        training: RecipeOutline.Training = .fromScratch, isRandom: Bool = false,
        pretraining: RecipeOutline.Pretraining? = nil, tags: [StudyTag] = [],
        unlabeled: Bool = false, usesLabels: Bool = true,
        _ means: [(labels: Int?, scores: [Double])], splits: [Split] = [.test],
        measures: [String: Double] = [:]
    ) throws {
        rows.append(
            StudyResults.Row(
                name: name, group: group, source: source, head: head, regime: regime,
                initialization: training == .none
                    ? .none : isRandom || training == .fromScratch ? .random : .pretrained,
                training: training, trainedParts: training == .fineTuned ? ["resnet"] : [],
                pretraining: pretraining, isStudent: unlabeled, tags: tags,
                seesFuture: group == .oracle, usesUnlabeledFrames: unlabeled,
                usesLabels: usesLabels, command: "gestalt study run study.json --row \(name)"))
        for (labels, scores) in means {
            for (seed, score) in scores.enumerated() {
                runs.append(
                    StudyResults.Run(
                        row: name, labels: labels, seed: UInt64(seed), hash: "\(runs.count)",
                        state: .done,
                        scores: try splits.map {
                            StudyResults.Scores(
                                split: $0, masks: try report(score, $0), measures: measures)
                        }, parameters: 1000 * (rows.count + 1),
                        millisecondsPerFrame: Double(rows.count)))
            }
        }
    }

    var results: StudyResults {
        StudyResults(
            title: "A <made-up> study",
            data: StudyResults.DataSummary(
                location: "nowhere", fingerprint: "0",
                splits: [
                    StudyResults.SplitSummary(
                        split: .train, clips: 20, frames: 600, labeledFrames: 600, frameSize: nil)
                ]),
            settings: StudyResults.Settings(
                splits: [.test], every: 5, labels: labels, seeds: [0, 1]), models: models,
            rows: rows, runs: runs)
    }

    private func report(_ mean: Double, _ split: Split) throws -> SegmentationReport {
        let images = (0..<clips).flatMap { clip in
            (0..<Self.framesOfAClip).map { frame -> [String: Any] in
                // Sums to zero over clips, so that the mean is the chosen one.
                let hardness = 0.04 * (Double(clip) - Double(clips - 1) / 2) / Double(clips)
                let noise = 0.001 * (frame == 0 ? 1.0 : -1) * (clip % 2 == 0 ? 1 : 2)
                return [
                    "clip": "c\(clip)", "frame": frame * 5, "iou": mean + hardness + noise,
                    "classes": [Double](),
                ]
            }
        }
        func scores(_ reduction: String) -> [String: Any] {
            [
                "reduction": reduction, "absent": "one", "image_count": images.count, "iou": mean,
                "dice": mean, "precision": mean, "recall": mean, "accuracy": mean,
            ]
        }
        let object: [String: Any] = [
            "data": "nowhere", "split": split.rawValue, "interval": 5, "clip_count": clips,
            "image_count": images.count, "sees_future": false, "per_image": scores("perImage"),
            "micro": scores("micro"), "classes": [Any](), "images": images,
        ]
        return try JSONDecoder().decode(
            SegmentationReport.self, from: JSONSerialization.data(withJSONObject: object))
    }
}
