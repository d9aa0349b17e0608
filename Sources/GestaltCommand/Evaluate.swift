import ArgumentParser
import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMAGVIT
import GestaltMetrics
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt evaluate`: the scores of a segmentation model, of a tokenizer's reconstructions, or of
/// a prior's predictions.
struct Evaluate: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score a segmentation model, a tokenizer or a prior on a split.")

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var labels: LabelOptions
    @Option(help: "train, val or test.") var split: Split = .test
    @Option(help: "Score every N-th frame of each clip.", transform: positive) var every = 5
    @Option(
        help: "Frames of a clip, for a tokenizer; by default 16, or the next length that it takes.",
        transform: positive)
    var clipLength: Int?
    @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
    @Flag(help: "Print the report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let opened = try model.open()
        let title = opened.model.title
        if let network = opened.model as? any SegmentationModel {
            return try evaluateSegmentation(network, title)
        }
        if let predictor = opened.model as? VideoPredictor {
            return try evaluatePrior(predictor, title)
        }
        if let predictor = opened.model as? MaskedPredictor {
            return try evaluateMaskedPrior(predictor, title)
        }
        try evaluateTokenizer(try opened.tokenizer(), title)
    }

    private func evaluateMaskedPrior(_ predictor: MaskedPredictor, _ title: String) throws {
        let set = try data.open(
            split, masks: .ignored, seed: seed, for: predictor.configuration.frameTarget,
            frames: predictor.configuration.clipLength, quiet: common.quiet)
        let progress = common.progress("evaluating", total: 0, unit: "windows")
        let report = try MaskedPriorReport(of: predictor, on: set) { progress.update($0) }
        progress.finish()
        if json { return try printEncoded(report) }
        print("\(title) on \(set), the first and the last window of each clip")
        printMetrics(report.metrics)
    }

    private func evaluatePrior(_ predictor: VideoPredictor, _ title: String) throws {
        let set = try data.open(
            split, masks: .ignored, seed: seed, for: predictor.configuration.frameTarget,
            frames: predictor.configuration.clipLength, quiet: common.quiet)
        let progress = common.progress("evaluating", total: 0, unit: "batches")
        let report = try PriorReport(of: predictor, on: set) { progress.update($0) }
        progress.finish()
        if json { return try printEncoded(report) }
        print("\(title) on \(set), the first and the last window of each clip")
        printMetrics(report.metrics)
    }

    private func evaluateSegmentation(_ network: any SegmentationModel, _ title: String) throws {
        let set = try data.open(
            split, masks: .required, labels: labels, classes: network.classes, seed: seed,
            quiet: common.quiet)
        let progress = common.progress("evaluating", total: 0, unit: "frames")
        let report = try SegmentationReport(of: network, on: set, every: every) {
            progress.update($0)
        }
        progress.finish()
        if json { return try printEncoded(report) }
        print(
            "\(title) on \(set), \(report.imageCount) labeled frames at least \(every) apart")
        if report.seesFuture { print("This model sees frames after the one it segments.") }
        printMetrics(report.measures)
        guard let confidence = report.confidence else {
            return print("No interval: it requires \(SegmentationReport.leastClips) clips.")
        }
        print(
            String(
                format: "IoU per image, 95 %% interval over clips: %.4f … %.4f",
                confidence.lower, confidence.upper))
    }

    private func evaluateTokenizer(_ tokenizer: any VideoTokenizer, _ title: String) throws {
        let clipLength = clipLength ?? tokenizer.configuration.usualClipLength
        let set = try data.open(
            split, masks: .ignored, seed: seed, for: tokenizer.configuration.frameTarget,
            frames: clipLength, quiet: common.quiet)
        let batches = try ClipBatches(set, length: clipLength, batchSize: 8, order: .once)
        let progress = common.progress("evaluating", total: 0, unit: "clips")
        let report = try ReconstructionReport(of: tokenizer, on: batches) { progress.update($0) }
        progress.finish()
        if json { return try printEncoded(report) }
        print("\(title) on \(set), the first \(clipLength) frames of each clip")
        printMetrics(report.metrics)
        print(
            "PSNR of each frame: "
                + report.psnrOfFrames.map { String(format: "%.1f", $0) }.joined(separator: " "))
        for remark in report.remarks { print(remark) }
    }

    private func printMetrics(_ metrics: [Metric]) {
        printTable(
            ["metric", "value"],
            metrics.map { [$0.name, $0.value.isNaN ? "–" : String(format: "%.4f", $0.value)] })
    }
}
