import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTraining
import GestaltVideo

/// `gestalt evaluate`: the scores of a segmentation model, of a tokenizer's reconstructions, of a
/// prior's predictions, or of a forecaster's outputs.
struct Evaluate: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score a segmentation model, a tokenizer, a prior or a forecaster on a split.")

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var labels: LabelOptions
    @Option(help: "train, val or test.") var split: Split = .test
    @Option(
        help: "Score every N-th frame of each clip, of a segmentation model; 5 by default.",
        transform: positive)
    var every: Int?
    @Option(
        help: "Frames of a clip, for a tokenizer; by default 16, or the next length that it takes.",
        transform: positive)
    var clipLength: Int?
    @Option(
        help: """
            Compare N sampled futures of each clip with the true one, of a predictor; by default \
            the probability of the true codes is scored.
            """, transform: positive)
    var futures: Int?
    @Option(help: "Seed of synthetic clips, and of sampled futures.") var seed: UInt64 = 0
    @OptionGroup(title: "Options of --futures") var drawing: DrawOptions
    @Flag(help: "Print the report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = DrawOptions.flags

    func validate() throws {
        guard futures != nil || drawing.chosen.names.isEmpty else {
            let flags = drawing.chosen.names.compactMap { DrawOptions.flags[$0] }
            throw ValidationError("\(flags.joined(separator: ", ")) requires --futures")
        }
    }

    func run() throws {
        let opened = try model.open()
        let evaluation =
            try futures.map {
                try ModelEvaluation.futures(
                    of: opened, samples: $0, options: drawing.chosen, seed: seed)
            }
            ?? ModelEvaluation(of: opened, every: every ?? 5, clipLength: clipLength)
        let own = "\(model.model) is \(opened.model.title), whose evaluation does not take it"
        try refuse(["--every": every != nil && evaluation.masks == .ignored], because: own)
        try refuse(
            ["--clip-length": clipLength != nil && !evaluation.takesClipLength], because: own)
        let set = try data.open(
            split, masks: evaluation.masks, labels: evaluation.masks == .ignored ? nil : labels,
            classes: evaluation.classes, seed: seed, for: evaluation.target,
            frames: evaluation.frames, quiet: common.quiet)
        let progress = common.progress("evaluating", total: 0, unit: evaluation.unit)
        let scores = try evaluation.scores(on: set) { progress.update($0) }
        progress.finish()
        if json { return try printEncoded(AnyReport(report: scores.report)) }
        print("\(opened.model.title) on \(set), \(scores.basis)")
        printMetrics(scores.metrics)
        for remark in scores.remarks { print(remark) }
    }

    /// A report of a type known only at run time.
    private struct AnyReport: Encodable {
        let report: any Encodable
        func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
    }

    private func printMetrics(_ metrics: [Metric]) {
        printTable(
            ["metric", "value"],
            metrics.map { [$0.name, $0.value.isNaN ? "–" : String(format: "%.4f", $0.value)] })
    }
}
