import ArgumentParser
import Foundation
import GestaltMetrics
import GestaltRecipes

/// `gestalt compare`: the scores of several runs, and their difference to those of a baseline.
struct Compare: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare segmentation scores of several runs, image by image.",
        discussion: """
            Each REPORT is the output of evaluate --json for one run, all on the same images; runs \
            of one method differ by their seed. Prints IoU per image with its spread over runs and \
            interval over clips; with --against also the mean difference of the same images, with \
            its interval.
            """)

    @Argument(help: "Reports of the method's runs.", completion: .file())
    var reports: [String]
    @Option(
        parsing: .upToNextOption, help: "Reports of the baseline's runs.", completion: .file())
    var against: [String] = []
    @Option(
        name: .customLong("class"),
        help: "Compare a class by its number, for models of several classes; foreground by default."
    )
    var label: Int?
    @Flag(help: "Print the comparison as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let comparison = try ReportComparison(
            SegmentationReport.read(reports), against: SegmentationReport.read(against),
            label: label)
        if json { return try printEncoded(comparison) }
        print(
            "IoU per image of \(label.map { "class \($0)" } ?? "foreground"), "
                + "\(comparison.imageCount) images")
        printMethod("method", comparison.method)
        if let baseline = comparison.baseline { printMethod("baseline", baseline) }
        guard let difference = comparison.difference else { return }
        print(
            String(
                format: "  difference %+.4f, 95 %% interval over clips: %+.4f … %+.4f",
                difference.estimate, difference.lower, difference.upper))
    }

    private func printMethod(_ name: String, _ method: ReportComparison.Method) {
        let runs = method.runs.map { String(format: "%.4f", $0) }.joined(separator: ", ")
        let spread = method.deviation.map { String(format: " ± %.4f over seeds", $0) } ?? ""
        print(
            String(format: "  \(name) %.4f", method.mean) + spread
                + String(
                    format: ", 95 %% interval over clips: %.4f … %.4f", method.interval.lower,
                    method.interval.upper) + " (runs: \(runs))")
    }
}
