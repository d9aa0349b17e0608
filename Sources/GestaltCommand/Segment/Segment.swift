import ArgumentParser
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// `gestalt segment`: masks of images and films.
struct Segment: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write masks and overlays of images and films of any size and length.",
        discussion: """
            INPUT is an image, a folder of images (with its subfolders), a film, clips as TFRecord, \
            GIF, npy, npz or safetensors, or 'sample'; there may be several. For each image NAME the \
            output folder receives masks/NAME.png (0 background, 255 foreground; or the number \
            of the class) and overlays/NAME.png; images in folders keep the folder's name: \
            masks/CLIP/NAME.png. Frames of clips are FILE/FRAME or FILE/CLIP/FRAME, from 0.
            A film NAME.mp4 yields masks/NAME/FRAME.png, overlays/NAME.mp4, coco/NAME.json (masks \
            as compressed run lengths) and times/NAME.csv, or the results of --formats; it is \
            decoded, segmented and written side by side, in memory that does not grow with it.
            A model of instances writes the numbers of objects into masks/NAME.png, and all objects \
            with class, score and mask into coco.json; it sees the frames of films as pictures.
            Unreadable images are skipped and listed at the end; the exit code is then 1.
            A head on clips (tokenizer:LATENTS:clip) sees the surrounding frames: the images of a \
            folder are then a clip.
            Without --model the images are segmented by robot-push-small/foreground, which was \
            trained on rendered clips of a robot arm that pushes objects in a bin; arm and objects \
            are its foreground. robot-push-small/parts separates arm (1) and objects (2).
            """)

    @Argument(help: "Images, folders of images, films, files of clips.", completion: .file())
    var inputs: [String]
    @OptionGroup var model: UsualModelOptions
    @Option(help: "The folder for masks/ and overlays/.", completion: .directory)
    var output: String
    @OptionGroup var reading: ReadingOptions
    @Option(
        help: """
            Probability above which a pixel is foreground, or score from which on an object counts; \
            0.5 by default; not for classes.
            """,
        transform: share)
    var threshold: Float?
    @Option(
        help: "Opacity of the overlays' color, 0 to 1; by default 0.35, for classes 0.5.",
        transform: share)
    var opacity: Float?
    @Flag(help: "Write no overlays.") var masksOnly = false
    @Flag(help: "Skip images whose results exist.") var skipExisting = false
    @OptionGroup(title: "Films") var film: FilmArguments
    @Flag(help: "Print a report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        guard !masksOnly || opacity == nil else {
            throw ValidationError("--opacity applies to overlays; --masks-only writes none")
        }
    }

    func run() throws {
        try OutputFolder.check(output)
        let opened = try model.open(for: .segmentation, common)
        let frameModel = opened.model as? any SegmentationModel & StoredModel
        if let classes = frameModel?.classes, classes > 1, threshold != nil {
            throw ValidationError(
                "--threshold is for foreground and instances; \(opened.path) chooses among "
                    + "\(classes) classes")
        }
        guard !skipExisting || !(opened.model is any InstanceModel) else {
            throw ValidationError(
                "--skip-existing: \(opened.path) tells objects apart, and coco.json lists those of "
                    + "all images of a call")
        }
        Interruption.handleSignals()
        let listing = PictureListing(inputs, excluding: output)
        var job = try SegmentJob(
            opened, categories: try categories(of: opened), output: output, common: common,
            options: .init(
                clips: reading.options, threshold: threshold ?? 0.5,
                opacity: opacity ?? (frameModel?.classes == 1 ? 0.35 : 0.5),
                overlays: !masksOnly, skipsExisting: skipExisting))
        // Models of clips and of instances see films as other clips.
        let filmModel = frameModel.flatMap { $0.readsClips ? nil : $0 }
        let films = filmModel == nil ? [] : listing.groups.filter(FilmJob.isFilm)
        guard film.typed.isEmpty || !films.isEmpty else {
            throw ValidationError(
                "\(film.typed.joined(separator: ", ")): for films, and models of single frames "
                    + "that give foreground or classes")
        }
        var filmJob = films.isEmpty ? nil : try filmModel.map { try self.filmJob($0, opened.path) }
        try filmJob?.run(films)
        let pictures = listing.groups.filter { group in !films.contains { $0.path == group.path } }
        job.failures =
            (filmJob?.failures ?? []) + listing.failures.map { ($0.path, $0.reason) }
        if !pictures.isEmpty {
            for folder in masksOnly ? ["masks"] : ["masks", "overlays"] {
                try OutputFolder.make(output + "/" + folder)
            }
            try job.run(pictures)
        }
        try report(job, listing, filmJob?.outcomes ?? [])
        guard job.failures.isEmpty else { throw ExitCode(1) }
    }

    /// The categories of a model of instances; none for others, whose films have them.
    private func categories(of opened: OpenedModel) throws -> [ModelCategory] {
        guard let model = opened.model as? any InstanceModel else { return [] }
        let stored = try ModelCategories.read(from: opened.path)
        return stored.isEmpty ? ModelCategories.usual(classes: model.classes) : stored
    }

    private func filmJob(
        _ network: any SegmentationModel & StoredModel, _ path: String
    ) throws -> FilmJob {
        try FilmJob(
            network, categories: ModelCategories.read(from: path), output: output, arguments: film,
            clips: reading.options,
            formats: film.names ?? (masksOnly ? ["masks"] : MaskOutputs.usual),
            threshold: threshold, opacity: opacity, common: common)
    }

    private func report(
        _ job: SegmentJob, _ listing: PictureListing, _ films: [FilmJob.Outcome]
    ) throws {
        if !listing.skipped.isEmpty, !common.quiet {
            let names = listing.skipped.prefix(5).map(\.description).joined(separator: "; ")
            let count = listing.skipped.count
            common.remark("passed over \(count): \(names)\(count > 5 ? "; …" : "")")
        }
        let folders = masksOnly ? "\(output)/masks" : "\(output)/masks, \(output)/overlays"
        if json {
            try printJSON([
                "masks": "\(output)/masks", "pictures": job.done, "existing": job.existing,
                "network_height": job.size.height, "network_width": job.size.width,
                "failed": job.failures.map { ["path": $0.path, "reason": $0.reason] },
                "passed_over": listing.skipped.map { ["path": $0.path, "reason": $0.reason] },
                "films": films.map(\.object),
            ])
        } else {
            for film in films { print(film.line) }
            guard listing.groups.count > films.count || films.isEmpty else {
                return printFailures(job)
            }
            let there = job.existing > 0 ? ", \(job.existing) were there already" : ""
            print("\(folders): \(job.done) \(job.done == 1 ? "picture" : "pictures")\(there)")
        }
        printFailures(job)
    }

    private func printFailures(_ job: SegmentJob) {
        guard !job.failures.isEmpty else { return }
        printError("\(job.failures.count) could not be segmented:")
        for failure in job.failures { printError("  \(failure.path): \(failure.reason)") }
    }
}
