import ArgumentParser
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltRecipes
import GestaltTraining

/// `gestalt fit`: a segmentation model from one's own frames with a few labels.
struct Fit: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit a segmentation model to your own frames, of which a few are labeled.",
        discussion: """
            DATA is a set of `\(Program.name) import`, a folder of clips with masks, 'sample' or \
            'synthetic[:CLIPS]'. An encoder is pre-trained on all frames, a teacher is trained on \
            the labeled ones, and a student on both; resolution, network and steps are chosen from \
            the frames and from the time, and stated with memory and expected time before anything \
            is trained. A fifth of the labeled films is held out (of a single film a stretch of \
            frames, or a split of evaluation where there is one); the IoU of each category on them \
            is printed with its interval.
            With --instances objects are told apart: after the encoder an instance head is trained \
            on the labeled frames, in place of teacher and student, and AP50 and PQ of the objects \
            of each category are printed. Labels must tell objects apart, too: label files of \
            outlines, boxes or numbered objects in an imported set, or masks whose ids number \
            objects.
            OUTPUT, a new folder, receives the model, its card, categories.json and report.json, and \
            the trainings that the plan names in encoder/, teacher/ and student/ (instances/). Ctrl-C \
            leaves everything resumable: --resume continues to the same bits. --from continues from an \
            earlier fit with more labels of the same categories.
            """)

    @Argument(help: "The frames and labels.", completion: .file())
    var data: String?
    @Option(help: "The folder of the model and its trainings.", completion: .directory)
    var output: String
    @Option(help: "The time for everything, in minutes; 20 by default.") var minutes: Double?
    @Option(
        name: .customLong("from"),
        help: ArgumentHelp(
            "An earlier fit, whose network is trained further on more labels.",
            valueName: "folder"),
        completion: .directory)
    var earlier: String?
    @Flag(help: "Continue the fit in the output folder.") var resume = false
    @Flag(help: "State what would be done, and do nothing.") var dryRun = false
    @Option(
        help: """
            Use at most N labeled frames, spread over the clips, of which some are held out unless there \
            is a split of evaluation; all by default.
            """)
    var labels: Int?
    @Option(
        help: "Number of classes with the background; by default the categories of the data.")
    var classes: Int?
    @Option(help: "Channels of the network at full size; chosen by default.") var width: Int?
    @Option(
        help: """
            The share of labeled films that is held out; 0.2 by default, 0 for none; not for data with \
            a labeled split of evaluation.
            """)
    var holdout: Double?
    @Option(help: "Seed of all random numbers; 0 by default.") var seed: UInt64?
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var limits: RunLimits
    @Flag(help: "Print the plan or the report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = [
        "minutes": "--minutes", "width": "--width", "classes": "--classes", "labels": "--labels",
        "heldOutShare": "--holdout", "earlier": "--from", "masks": "DATA",
    ]

    func validate() throws {
        try requirePositive("--labels", labels)
        try requirePositive("--width", width)
        try Self.requireUsage { try FitBudget(minutes: minutes ?? 20, width: width).validate() }
        if let classes, !(1...255).contains(classes) {
            throw ValidationError("--classes must be 1 to 255, not \(classes)")
        }
        if let holdout, !(0..<1).contains(holdout) {
            throw ValidationError("--holdout must be 0 or more and below 1, not \(holdout)")
        }
        guard resume || data != nil else {
            throw ValidationError("the data are needed: `\(Program.name) fit DATA --output FOLDER`")
        }
        guard !resume || (data == nil && earlier == nil && !dryRun) else {
            throw ValidationError("--resume takes everything else from the folder: leave it out")
        }
        try refuseUseless()
    }

    /// Options that would have no effect are refused.
    private func refuseUseless() throws(ValidationError) {
        if resume {
            try refuse(
                ["--minutes", "--labels", "--classes", "--width", "--holdout", "--seed"]
                    + ReadingOptions.names + LabelOptions.names,
                "--resume takes everything else from the folder")
        }
        if earlier != nil {
            try refuse(["--size", "--width"], "--from keeps those of the earlier network")
        }
        try refuse(
            ["--crop", "--pad", "--fit"],
            "the model will see whole pictures, stretched to its size")
    }

    func run() throws {
        Interruption.handleSignals()
        var options = limits.options(folder: output, resumes: resume, quiet: common.quiet)
        options.notice = { common.remark($0) }
        guard !resume else {
            try FitDescription(folder: output).lines.forEach(common.remark)
            return try show(try Fitting.resume(output, options))
        }
        try FitFolder(output).requireFree()
        let prepared = try fitting.prepared(showsProgress: !common.quiet)
        if holdout != nil, case .split = prepared.description.heldOut.basis {
            common.remark("--holdout has no effect: the data have a split of evaluation")
        }
        guard !dryRun else {
            if json { return try printEncoded(prepared.description) }
            for line in prepared.description.lines { print(line) }
            return
        }
        prepared.description.lines.forEach(common.remark)
        try show(try prepared.run(options))
    }

    private var fitting: Fitting {
        let choice = masks.applied(to: reading.choice(of: data ?? "", seed: seed ?? 0))
        var fitting = Fitting(choice, minutes: minutes ?? 20)
        fitting.tellsInstances = masks.instances
        fitting.budget.size = reading.size
        fitting.budget.width = width
        (fitting.labels, fitting.classes) = (labels, classes)
        fitting.heldOutShare = holdout ?? HeldOut.usualShare
        fitting.earlier = earlier.map(absolutePath)
        fitting.seed = seed ?? 0
        return fitting
    }

    private func show(_ report: FitReport) throws {
        if json { return try printEncoded(report) }
        print("\(output): fitted in \(Int(report.seconds.rounded())) s")
        for line in report.lines { print("  \(line)") }
    }
}
