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
            tokenizer's temporal stride S, h and w likewise; of a causal tokenizer 1 + n for \
            T = 1 + S·n. Clips of other lengths are an error unless --pad-frames repeats their \
            last frame. Arrays of other layouts and ranges \
            are recognized from shape and values if unambiguous, else set by --layout and \
            --range. Predictions can be encoded, too. A safetensors file also holds the fingerprint \
            of the tokenizer, which decode and logits check.
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
    @Flag(help: "Repeat the last frame up to the next length that the tokenizer takes.")
    var padFrames = false
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
            frames: frames ?? model.clipPredictor?.clipSizes.frames, leavesOutShort: true)
        let length = frames ?? model.clipPredictor?.clipSizes.frames ?? input.video.shape[1]
        let video = padded(try input.first(length), to: model.tokenizer.configuration)
        let shape = video.shape
        try check(shape, model.tokenizer.configuration)
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
        try CodeFile.write(codes, of: model.tokenizer, to: output)
        print("\(output): int32 \(codes.shape)")
    }

    /// - Throws: an error with the flag that helps for a number of frames that does not fit.
    private func check(
        _ shape: Shape, _ configuration: any VideoTokenizerConfiguration
    ) throws {
        do {
            _ = try configuration.latentShape(
                time: shape[1], height: shape[2], width: shape[3])
        } catch {
            guard case .frames = error else { throw error }
            throw Explanation(description: "\(error) (--pad-frames)")
        }
    }

    /// Returns the clips, with `--pad-frames` lengthened by their last frame.
    private func padded(
        _ video: Tensor<Float>, to configuration: any VideoTokenizerConfiguration
    ) -> Tensor<Float> {
        let length = video.shape[1]
        let missing = configuration.clipLengths.shortest(atLeast: length) - length
        guard padFrames, missing > 0 else { return video }
        remark(
            "\(self.input): the last frame is repeated \(missing) times, to \(length + missing) frames"
        )
        let last = video[0..., (length - 1)..<length]
        return concatenated([video, last.repeated(missing, axis: 1)], axis: 1)
    }
}

/// Ends a command on interruption; nothing has been written.
func stopIfAsked(_ progress: ProgressBar) throws {
    guard Interruption.process.isRequested else { return }
    progress.finish()
    printError("stopped; nothing was written")
    throw ExitCode(Ending.interrupted)
}
