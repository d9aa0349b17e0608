import ArgumentParser
import GestaltData
import GestaltIO
import GestaltModels
import GestaltStudy
import GestaltTensor

/// `gestalt study run`
struct StudyRunCommand: GestaltCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Make the missing runs of a study.",
        discussion: """
            STUDY is a JSON file: data, numbers of labels and seeds, pre-trained models, and rows, \
            each a training or a method. Documentation/Study.md describes it. Each training is \
            tried first, three steps on two clips, which finds settings that do not fit and \
            measures the time of a step; --dry-run ends after that and prints the runs that are \
            left.
            OUTPUT receives the runs and results.json. Finished runs are kept, also when the study \
            was changed, and others are resumed to the same bits; after a failure the other runs \
            continue. Several processes may run the same study in the same folder. After Ctrl-C, \
            SIGTERM or a closed terminal the same command resumes.
            --results names the results.json of another folder, perhaps of another machine: runs \
            that are done and scored there are not made again, and the results of this study \
            include them. The file must be of the same clips and the same scored frames; OUTPUT \
            keeps a copy.
            """)

    @Argument(help: "The study, a JSON file.", completion: .file())
    var study: String
    @Option(help: "The folder of its runs.", completion: .directory)
    var output: String
    @Option(
        help: "The location of the clips, in place of the study's.", completion: .file())
    var data: String?
    @Option(
        name: .customLong("row"), parsing: .singleValue,
        help: "Make the runs of this row alone, and those they start from; may be repeated.")
    var rows: [String] = []
    @Flag(help: "Print the runs and their expected time, and make none.") var dryRun = false
    @Flag(help: "Repeat runs that failed.") var retry = false
    @Flag(
        inversion: .prefixedNo,
        help: "Try each training first; without trials, times are unknown at the start.")
    var trial = true
    @Option(
        help: ArgumentHelp(
            "Disk space for latents of frozen encoders, such as 512M; 4G by default.",
            valueName: "size"),
        transform: byteCount)
    var latents: Int?
    @OptionGroup var known: KnownOptions
    @Flag(help: "Print the plan or the results as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        Interruption.handleSignals()
        var study = try Study(contentsOf: study)
        if let data {
            let place = DataSet.isNamed(data) ? data : absolutePath(data)
            study.data.settings["location"] = .string(place)
        }
        let run = StudyRun(study, folder: output, options: try options)
        guard !dryRun else {
            let plan = try run.plan()
            return json ? try printEncoded(plan) : show(plan)
        }
        let results = try run.run()
        if json {
            try printEncoded(results)
        } else {
            show(try StudyPlan(folder: output))
            show(results.failures)
            print("\(output)/\(StudyResults.fileName): \(results.runs.count) runs")
        }
        guard results.failures.isEmpty else { throw ExitCode.failure }
    }

    private var options: StudyOptions {
        get throws {
            var options = StudyOptions(showsProgress: !common.quiet) { common.remark($0) }
            options.known = try known.read()
            set(&options)
            return options
        }
    }

    private func set(_ options: inout StudyOptions) {
        options.rows = rows.isEmpty ? nil : rows
        options.retries = retry
        options.rehearses = trial
        if let latents { options.latentBytes = latents }
        let words = [study, "--output", output] + (data.map { ["--data", $0] } ?? [])
        options.command =
            "\(Program.name) study run " + words.map(\.shellWord).joined(separator: " ")
    }
}

/// `gestalt study status`
struct StudyStatus: GestaltCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print which runs of a study are done, failed or left.")

    @Argument(help: "The folder of the study.", completion: .directory)
    var folder: String
    @OptionGroup var known: KnownOptions
    @Flag(help: "Print the state as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let known = try known.read()
        let plan = try StudyPlan(folder: folder, known: known)
        if json { return try printEncoded(plan) }
        show(plan)
        show(try StudyResults(folder: folder, known: known).failures)
    }
}

private func show(_ plan: StudyPlan) {
    print(plan.title)
    printTable(
        ["", "kind", "runs", "done", "failed", "time left"],
        plan.parts.map { part in
            let isOpen = part.runs > part.done + part.failed
            let time = part.secondsLeft.map { ProgressBar.time($0) } ?? "unknown"
            return [
                part.name, part.kind, "\(part.runs)", "\(part.done)", "\(part.failed)",
                isOpen ? time : "–",
            ]
        })
    print(plan.summary)
}

private func show(_ failures: [StudyResults.Run]) {
    for run in failures {
        let labels = run.labels.map { ", \($0) labels" } ?? ""
        print("\(run.row)\(labels), seed \(run.seed): \(run.error ?? "failed")")
    }
}

@Sendable private func byteCount(_ text: String) throws -> Int {
    guard let bytes = Runtime.byteCount(text) else {
        throw ValidationError("a number of bytes, or a number with K, M or G, is expected")
    }
    return bytes
}
