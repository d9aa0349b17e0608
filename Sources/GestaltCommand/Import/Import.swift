import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltImport

extension ImportSplits.Unit: ExpressibleByArgument {}
extension ImportSettings.EmptyPictures: ExpressibleByArgument {}

/// `gestalt import`: a set made of films, pictures and label files.
struct Import: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a set of films, pictures and label files.",
        discussion: """
            INPUT is a film, a picture or a folder of them, with the folders in it; there may be \
            several. Formats of films, pictures and label files are recognized by content. OUTPUT \
            then holds train/, val/ and test/ for --data, a manifest, a contact sheet with the \
            labels laid over, and a report.
            Whole films are held out for val and test, or blocks of the frames of an only film. \
            The same command again reads only what is new or changed, and goes on with an import \
            that was interrupted.
            Everything that is wrong is listed, the first 20 here and all in OUTPUT/report.json. \
            The exit code is then 1 and no set is written, unless --skip-bad leaves it out.
            """)

    @Argument(help: "Films, pictures, folders of them.", completion: .file())
    var inputs: [String]
    @Option(
        parsing: .singleValue,
        help: "A label file, or a folder of label files or label images; may be repeated.",
        completion: .file())
    var labels: [String] = []
    @Option(help: "The folder of the set.", completion: .directory) var output: String

    @Option(help: "Resize all frames to this size with the method of --fit: 96x128, height first.")
    var size: FrameSize?
    @Option(help: "The method for --size: resize (stretched), crop, pad.") var fit: FrameFit?
    @Option(help: "Take only every N-th frame.", transform: positive) var stride: Int?
    @Option(
        help: ArgumentHelp("Take at most this many frames per second of films.", valueName: "fps"),
        transform: positiveFraction)
    var rate: Float?
    @Option(help: "Number of frames of a clip, 64 by default.", transform: positive)
    var clipLength: Int?
    @Option(
        help: ArgumentHelp(
            "The categories to import, separated by commas, in the order of their ids from 1; all "
                + "by default.", valueName: "names"))
    var categories: String?
    @Option(
        help: ArgumentHelp(
            "The number of the first frame in names of label pictures of films, 0 by default; 1 "
                + "for frames that ffmpeg wrote.", valueName: "number"))
    var firstNumber: Int?
    @Option(help: "The meaning of pictures listed without objects: unlabeled or background.")
    var empty: ImportSettings.EmptyPictures = .unlabeled

    @Option(help: ArgumentHelp("The share held out as val, 0.1 by default.", valueName: "share"))
    var validation: Double?
    @Option(help: ArgumentHelp("The share held out as test, 0.1 by default.", valueName: "share"))
    var test: Double?
    @Option(help: "The unit of splits: films, or frames (blocks of each film).")
    var splitBy: ImportSplits.Unit = .films
    @Option(help: "Chooses other films for the splits.") var seed: UInt64 = 0

    @Flag(help: "Leave out what is bad.") var skipBad = false
    @Flag(help: "Replace a set that is there, also one of other settings.") var force = false
    @Flag(help: "Read names and labels, no frames, and write nothing.") var dryRun = false
    @Flag(help: "Print the report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = [
        "sizing.size": "--size", "sizing.fit": "--fit", "stride": "--stride", "rate": "--rate",
        "clipLength": "--clip-length", "categories": "--categories",
        "firstNumber": "--first-number", "emptyPictures": "--empty",
        "splits": "--validation, --test", "splits.validation": "--validation",
        "splits.test": "--test", "splits.unit": "--split-by", "splits.seed": "--seed",
    ]

    func validate() throws {
        guard fit == nil || size != nil else {
            throw ValidationError("--fit is the method for --size")
        }
        try Self.requireUsage { try plan.settings.validate() }
    }

    func run() throws {
        let importer = try Importer(plan)
        let report: ImportReport
        do {
            report = try dryRun ? importer.check() : imported(importer)
        } catch ImportError.badInput(let found) {
            try show(found, isRefused: true)
            throw ExitCode(1)
        } catch ImportError.otherSettings(let path, let differences) {
            throw ImportError.otherSettings(path: path, differences: Self.named(differences))
        } catch is Interrupted {
            printError("interrupted; the same command goes on with what is done")
            throw ExitCode(Ending.interrupted)
        }
        try show(report)
        if dryRun, !report.bad.isEmpty, !skipBad { throw ExitCode(1) }
    }

    /// Returns differences of settings by the names of their flags.
    private static func named(
        _ differences: [ImportError.Difference]
    ) -> [ImportError.Difference] {
        differences.map { difference in
            var difference = difference
            difference.name = flags[difference.name] ?? difference.name
            return difference
        }
    }

    private var plan: ImportPlan {
        var plan = ImportPlan(inputs, labels: labels, output: output)
        plan.settings.sizing = FrameSizing(size: size, fit: fit)
        plan.settings.stride = stride ?? plan.settings.stride
        plan.settings.rate = rate.map(Double.init)
        plan.settings.clipLength = clipLength ?? plan.settings.clipLength
        plan.settings.categories = categories.map {
            $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        plan.settings.firstNumber = firstNumber ?? plan.settings.firstNumber
        plan.settings.emptyPictures = empty
        plan.settings.splits.validation = validation ?? plan.settings.splits.validation
        plan.settings.splits.test = test ?? plan.settings.splits.test
        plan.settings.splits.unit = splitBy
        plan.settings.splits.seed = seed
        plan.skipsBad = skipBad
        plan.startsAnew = force
        return plan
    }

    private func imported(_ importer: Importer) throws -> ImportReport {
        let bar = common.progress("importing", total: 0, unit: "frames")
        defer { bar.finish() }
        Interruption.handleSignals()
        return try importer.run { progress in
            bar.update(progress)
            try Interruption.process.check()
        }
    }

    private func show(_ report: ImportReport, isRefused: Bool = false) throws {
        if json {
            try printEncoded(report)
        } else {
            printText(report)
        }
        if !common.quiet {
            for line in ImportReport.summary(of: report.notes) { printError("note: \(line)") }
        }
        guard !report.bad.isEmpty else { return }
        let what = report.bad.count == 1 ? "1 thing is" : "\(report.bad.count) things are"
        printError("\(what) wrong" + (skipBad && !isRefused ? " and left out:" : ":"))
        for line in ImportReport.summary(of: report.bad) { printError("  \(line)") }
        if isRefused {
            let advice = skipBad ? "" : " (--skip-bad leaves out what is wrong)"
            printError("\(report.output): no set is written\(advice)")
        }
    }

    private func printText(_ report: ImportReport) {
        let labels =
            report.labelCount > 0
            ? ", \(report.matchedCount) of \(report.labelCount) labeled pictures found" : ""
        let read = dryRun ? "" : ", \(report.readCount) read"
        print("\(output): \(report.sourceCount) sources\(read)\(labels)")
        if report.categories.count > 1 {
            print("categories: " + report.categories.joined(separator: ", "))
        }
        guard !report.splits.isEmpty else { return }
        printTable(
            ["split", "sources", "clips", "frames", "labeled"],
            report.splits.map {
                [
                    $0.split.folder, "\($0.sourceCount)", "\($0.clipCount)", "\($0.frameCount)",
                    "\($0.labeledCount)",
                ]
            })
    }
}
