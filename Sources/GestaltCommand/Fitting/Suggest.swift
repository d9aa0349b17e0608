import ArgumentParser
import Foundation
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltImport
import GestaltLabels
import GestaltRecipes

/// `gestalt suggest`: the frames that are worth labeling next.
struct Suggest: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Choose the frames that are worth labeling next.",
        discussion: """
            Chosen are frames whose masks the model is uncertain about (the entropy of its \
            probabilities, away from boundaries), far from each other and from labeled frames in \
            the latent space of its encoder, and never two that look alike.
            OUTPUT, a new folder, receives images/, an annotation file without objects in the format of a \
            labeling tool, so that labeling can begin, and suggestions.json, the list of the \
            frames. `\(Program.name) import` takes the labels back, `\(Program.name) fit --from` \
            trains the model further.
            """)

    @Argument(help: "The frames: a set, a folder of clips, 'sample'.", completion: .file())
    var data: String
    @OptionGroup var model: ModelOptions
    @Option(help: "Number of frames to choose.", transform: positive) var count = 10
    @Option(help: "The folder for pictures and annotations.", completion: .directory)
    var output = "suggestions"
    @Option(help: "The format of the annotation file.") var format = "coco"
    @Option(help: "The split to choose from; train by default.") var split: Split = .train
    @Option(
        help: "Examine every N-th frame; by default as many as 2000 frames allow.",
        transform: positive)
    var every: Int?
    @OptionGroup var reading: ReadingOptions
    @Flag(help: "Print the chosen frames as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        do {
            _ = try LabelFormat.written(named: format)
        } catch {
            throw ValidationError("--format: \(error)")
        }
    }

    func run() throws {
        FittingKinds.register()
        var folder = SuggestionFolder(output, format: format)
        try OutputFolder.checkIsNew(output)
        if ImportedSet.isOne(data) { folder.sources = try ImportedSet(at: data).manifest.sources }
        let opened = try model.open(for: .segmentation)
        var suggestions = try FrameSuggestions(of: opened)
        (suggestions.count, suggestions.stride) = (count, every)
        let categories = try ModelCategories.of(opened)
        Interruption.handleSignals()
        let set = try reading.choice(of: data)
            .open(split, masks: .ifPresent, showsProgress: !common.quiet)
        let bar = common.progress("examining", total: 0, unit: "frames")
        defer { bar.finish() }
        let frames = try suggestions.frames(in: set) { progress in
            bar.update(progress)
            try Interruption.process.check()
        }
        bar.finish()
        let (file, problems) = try folder.write(frames, of: set, categories: categories)
        for problem in problems { common.remark(problem) }
        if json { return try printEncoded(frames) }
        if frames.count < count {
            common.remark("the other frames look like labeled or chosen ones")
        }
        print("\(folder.images): \(frames.count) pictures; \(file): their annotations, empty")
        for frame in frames {
            let value = String(format: "%.3f", frame.uncertainty)
            print("  \(frame.film), frame \(frame.number): uncertainty \(value)")
        }
    }
}
