import ArgumentParser
import Foundation
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
            with class, score and mask into coco.json. In films an object keeps its number while its \
            masks in consecutive frames overlap.
            Unreadable images and films are skipped and listed at the end, damaged films segmented up \
            to the damage; the exit code is then 1.
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
    @OptionGroup var reading: ClipFormOptions
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
    @Flag(help: "Write no overlays, and of films no other results than masks and times.")
    var masksOnly = false
    @Flag(help: "Skip images whose results exist.") var skipExisting = false
    @OptionGroup(title: "Films") var film: FilmArguments
    @Flag(help: "Print a report as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        guard !masksOnly || opacity == nil else {
            throw ValidationError("--opacity applies to overlays; --masks-only writes none")
        }
        guard !masksOnly || film.formats == nil else {
            throw ValidationError("--formats and --masks-only both choose the results of films")
        }
        func place(_ path: String) -> URL {
            URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL
        }
        for input in inputs where place(input) == place(output) {
            throw ValidationError("\(output) is both input and output")
        }
    }

    func run() throws {
        try OutputFolder.check(output)
        let opened = try model.open(for: .segmentation, common)
        try requireUse(of: opened)
        let films = try filmSegmentation(of: opened)
        Interruption.handleSignals()
        let listing = PictureListing(inputs, excluding: output)
        // Models of clips see films as other clips.
        let filmGroups = films == nil ? [] : listing.groups.filter(FilmJob.isFilm)
        let pictures = listing.groups.filter { group in
            !filmGroups.contains { $0.path == group.path }
        }
        try requireUse(of: pictures, filmGroups)
        var job = try pictureJob(opened)
        var filmJob = filmGroups.isEmpty ? nil : films.map(filmJob)
        try filmJob?.run(filmGroups)
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

    private func pictureJob(_ opened: OpenedModel) throws -> SegmentJob {
        let isForeground = (opened.model as? any SegmentationModel)?.classes == 1
        var clips = reading.options
        (clips.stride, clips.times) = film.frames
        return try SegmentJob(
            opened, output: output, common: common,
            options: .init(
                clips: clips, threshold: threshold ?? 0.5,
                opacity: opacity ?? (isForeground ? 0.35 : 0.5), overlays: !masksOnly,
                skipsExisting: skipExisting))
    }

    /// The segmentation of films; nil for a model of clips.
    private func filmSegmentation(of opened: OpenedModel) throws -> FilmSegmentation? {
        let readsClips = (opened.model as? any SegmentationModel)?.readsClips ?? false
        return readsClips ? nil : try FilmSegmentation(of: opened)
    }

    private func filmJob(_ segmentation: FilmSegmentation) -> FilmJob {
        FilmJob(
            segmentation, output: output, arguments: film,
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
        printError("\(job.failures.count) could not be segmented as a whole:")
        for failure in job.failures { printError("  \(failure.path): \(failure.reason)") }
    }
}
