import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

/// `gestalt evaluate`: the scores of a segmentation model, of a tokenizer's reconstructions, of a
/// prior's predictions, or of a forecaster's outputs.
struct Evaluate: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score a segmentation model, a tokenizer, a prior or a forecaster on a split.",
        discussion: """
            Evaluations without training, of features and of forecasts:
            \(methods)
            """)

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
    @Option(
        help: ArgumentHelp(
            """
            Segment single frames by the motion that a predictor forecasts, in --futures samples of \
            each (8 by default); see above.
            """, valueName: "method"))
    var commonFate: ComponentName?
    @Option(
        help: """
            With --common-fate the strength of motion above which a pixel is foreground, by default \
            the one with the highest IoU on val; of an instance model the least score of an \
            instance, 0.5 by default.
            """)
    var threshold: Float?
    @Option(
        help: ArgumentHelp(
            """
            Propagate the first labels of each clip by the features of this encoder on the model, as \
            of train head --encoder; scored by J and F of objects.
            """, valueName: "encoder"))
    var propagate: ComponentName?
    @Option(help: "Seed of synthetic clips, and of sampled futures.") var seed: UInt64 = 0
    @OptionGroup(title: "Options of sampled futures") var drawing: DrawOptions
    @Flag(help: "Print the report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = DrawOptions.flags

    func validate() throws {
        guard commonFate == nil || propagate == nil else {
            throw ValidationError("--common-fate and --propagate are two evaluations")
        }
        guard propagate == nil || futures == nil else {
            throw ValidationError("--propagate takes no --futures")
        }
        guard propagate == nil || every == nil else {
            throw ValidationError("--propagate takes no --every")
        }
        guard threshold == nil || propagate == nil && (futures == nil || commonFate != nil) else {
            throw ValidationError("--threshold is for --common-fate and for instance models")
        }
        guard futures != nil || commonFate != nil || drawing.chosen.names.isEmpty else {
            let flags = drawing.chosen.names.compactMap { DrawOptions.flags[$0] }
            throw ValidationError(
                "\(flags.joined(separator: ", ")) requires --futures or --common-fate")
        }
    }

    func run() throws {
        let opened = try model.open()
        let evaluation = try evaluation(of: opened)
        let own = "\(model.model) is \(opened.model.title), whose evaluation does not take it"
        let takesThreshold = commonFate != nil || opened.model is any InstanceModel
        try refuse(["--threshold": threshold != nil && !takesThreshold], because: own)
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

    private func evaluation(of opened: OpenedModel) throws -> ModelEvaluation {
        if let propagate { return try .propagation(by: propagate, on: opened) }
        if let commonFate {
            let fate = try CommonFate(
                commonFate, on: opened.clipPredictor(), samples: futures ?? 8,
                options: drawing.chosen, seed: seed)
            let threshold = try threshold ?? fitted(fate)
            return .commonFate(fate, threshold: threshold, every: every ?? 5)
        }
        if let futures {
            return try .futures(
                of: opened, samples: futures, options: drawing.chosen, seed: seed)
        }
        return try ModelEvaluation(
            of: opened, every: every ?? 5, clipLength: clipLength, threshold: threshold)
    }

    /// Returns the threshold that is best on the validation split.
    private func fitted(_ fate: CommonFate) throws -> Float {
        let set = try data.open(
            .validation, masks: .required, labels: labels, classes: 1, seed: seed,
            for: fate.predictor.frameTarget, quiet: common.quiet)
        let progress = common.progress("choosing the threshold", total: 0, unit: "frames")
        defer { progress.finish() }
        return try fate.threshold(fittedTo: set, every: every ?? 5) { progress.update($0) }
    }

    /// The forms of the methods without training, for help.
    private static var methods: String {
        BuiltIns.register()
        return helpText(
            of: CommonFateMethods.registry.all.flatMap { $0.forms }, option: "--common-fate")
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
