import ArgumentParser
import GestaltData
import GestaltIO
import GestaltStudy

/// `gestalt study report`
struct StudyReportCommand: GestaltCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the report of a study: report.html, report.md and their figures.",
        discussion: """
            Reads the runs of FOLDER, finished or not. The page is one file without scripts and \
            opens in a browser; the report in Markdown refers to figures/; results.json is written \
            next to them. Each sentence of the claim and each question is answered from paired \
            differences of rows with their intervals over clips; what has no runs is reported as \
            not measured. Frames are segmented for pictures where data and models of the runs are \
            found. --results adds runs that were made elsewhere, without pictures.
            """)

    @Argument(help: "The folder of the study.", completion: .directory)
    var folder: String
    @Option(help: "The folder of the report; by default that of the study.", completion: .directory)
    var output: String?
    @Option(help: "Differences of IoU up to this size count as level.")
    var margin = 0.01
    @OptionGroup var known: KnownOptions
    @Flag(inversion: .prefixedNo, help: "Segment frames for pictures with the models of the runs.")
    var pictures = true
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        guard margin > 0, margin < 1 else {
            throw ValidationError("--margin is a difference of IoU between 0 and 1")
        }
    }

    func run() throws {
        let results = try StudyResults(folder: folder, known: known.read())
        let options = StudyReport.Options(margin: margin)
        var report = try StudyReport(of: results, options: options)
        if pictures { report.pictures = try drawn(for: report) }
        let paths = try report.write(to: output ?? folder)
        print("\(paths.page): \(results.rows.count) rows, split \(report.split.folder)")
        print(paths.markdown)
    }

    private func drawn(for report: StudyReport) throws -> [PictureSection] {
        let bar = common.progress("drawing", total: 0, unit: "pictures")
        defer { bar.finish() }
        return try report.framePictures(folder: folder) { bar.update($0) }
    }
}
