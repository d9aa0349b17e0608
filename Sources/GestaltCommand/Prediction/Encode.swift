import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt encode`: clips to codes.
struct Encode: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encode clips to codes.",
        discussion: """
            Reads clips [B, T, H, W, 3] and writes int32 codes [B, t, h, w], t = T / the \
            tokenizer's temporal stride, h and w likewise. Arrays of other layouts and ranges \
            are recognized from shape and values if unambiguous, else set by --layout and \
            --range. Predictions can be encoded, too.
            """)

    @OptionGroup var model: ModelOptions
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.",
        completion: .file())
    var input: String
    @Option(
        help: "Use the first N frames; by default all, or a prior's clip length.",
        transform: positive)
    var frames: Int?
    @Option(help: "Use at most N clips.", transform: positive) var clips: Int?
    @OptionGroup var reading: ReadingOptions
    @Option(help: "The file to write: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        try checkOutput(output, pictures: false)
        let model = try model.video()
        let input = try reading.input(
            input, for: model.frameTarget, clips: clips,
            frames: frames ?? model.predictor?.configuration.clipLength, leavesOutShort: true)
        let length = frames ?? model.predictor?.configuration.clipLength ?? input.video.shape[1]
        let video = try input.first(length)
        let shape = video.shape
        _ = try model.tokenizer.configuration.latentShape(
            time: shape[1], height: shape[2], width: shape[3])
        try beginWork(output)
        let progress = common.progress("encoding", total: shape[0], unit: "clips")
        var parts: [Tensor<Int32>] = []
        for clip in 0..<shape[0] {
            try stopIfAsked(progress)
            parts.append(model.tokenizer.encode(video[clip..<clip + 1]))
            progress.update(clip + 1)
        }
        progress.finish()
        let codes = concatenated(parts, axis: 0)
        try ArrayFile.write(codes, name: "codes", to: output)
        print("\(output): int32 \(codes.shape)")
    }
}

/// Ends a command on interruption; nothing has been written.
func stopIfAsked(_ progress: ProgressBar) throws {
    guard Interruption.process.isRequested else { return }
    progress.finish()
    printError("stopped; nothing was written")
    throw ExitCode(Ending.interrupted)
}
