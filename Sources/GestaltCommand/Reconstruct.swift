import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt reconstruct`: clips and their reconstructions.
struct Reconstruct: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reconstruct clips with a tokenizer; write true and decoded frames side by side.")

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions
    @Option(help: "train, val or test.") var split: Split = .test
    @Option(help: "Number of clips.", transform: positive) var clips = 4
    @Option(
        help: "Frames of a clip; by default 16, or the next length that the tokenizer takes.",
        transform: positive)
    var clipLength: Int?
    @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
    @Option(help: "The format of the moving pictures: gif or mp4.") var movie = "gif"
    @Option(
        help: "The folder for reconstruction.gif (or .mp4) and reconstruction.png.",
        completion: .directory)
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        guard MovieFormat.registry[movie] != nil else {
            let names = MovieFormat.registry.names.joined(separator: ", ")
            throw ValidationError("--movie is one of \(names), not '\(movie)'")
        }
    }

    func run() throws {
        try OutputFolder.check(output)
        let tokenizer = try model.video().tokenizer
        let clipLength = clipLength ?? tokenizer.configuration.usualClipLength
        let set = try data.open(
            split, masks: .ignored, seed: seed, for: tokenizer.configuration.frameTarget,
            frames: clipLength, quiet: common.quiet)
        let chosen = set.keeping(0..<min(clips, set.count))
        try chosen.requireOneSize()
        let batches = try ClipBatches(chosen, length: clipLength, batchSize: 1, order: .once)
        try OutputFolder.make(output)
        let progress = common.progress("reconstructing", total: chosen.count, unit: "clips")
        var pairs: [ReconstructionPair] = []
        for step in 0..<batches.stepsPerPass {
            pairs.append(try ReconstructionPair(tokenizer, clip: batches.batch(at: step).frames[0]))
            progress.update(step + 1)
        }
        progress.finish()
        let pictures = ReconstructionPictures(pairs)
        try MovieFormat.write(
            pictures.animation, to: output + "/reconstruction." + movie,
            framesPerSecond: usualFrameRate)
        try PNG.write(pictures.sheet, to: output + "/reconstruction.png")
        printTable(
            ["clip", "PSNR"],
            zip(chosen.infos(), pairs).map { [$0.name, String(format: "%.2f dB", $1.psnr)] })
        print("\(output)/reconstruction.\(movie), \(output)/reconstruction.png")
    }
}
