import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt logits`: a prior's logits at every position of a clip.
struct Logits: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a prior's logits of every code, given the codes before it.",
        discussion: """
            Reads int32 codes [B, t, h, w] and writes float32 logits [B, t, h, w, K], K the \
            number of codes, before softmax. A prior conditioned on frames also requires the \
            first frames [B, n, H, W, 3] of the clips (of longer clips the first n are used), \
            one conditioned on classes a class, one conditioned on actions [B, T, width].
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: "Codes [B,] t, h, w as npy, npz or safetensors.", completion: .file())
    var codes: String
    @Option(
        help: "The clips' first frames, or the clips, in any format of \(Program.name) encode.",
        completion: .file())
    var frames: String?
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup var reading: ReadingOptions
    @Option(help: "The file to write: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging([
        "codes": "--codes", "frames": "--frames",
        "codes, frames, class and actions": "--codes, --frames and --actions",
    ]) { $1 }

    func run() throws {
        try checkOutput(output, pictures: false)
        let predictor = try model.predictor()
        let codes = try CodeFile.read(codes, for: predictor.tokenizer, warn: remark)
        let input = try frames.map {
            try reading.input(
                $0, for: predictor.frameTarget, clips: codes.shape[0],
                frames: predictor.configuration.prior.conditioning?.frames)
        }
        let conditioning = try PredictionInputs(
            predictor, frames: input, conditions, clips: codes.shape[0])
        try predictor.check(
            codes: codes, frames: conditioning.frames, classes: conditioning.classes,
            actions: conditioning.actions)
        try beginWork(output)
        let progress = common.progress("predicting", total: codes.shape[0], unit: "clips")
        var parts: [Tensor<Float>] = []
        for clip in 0..<codes.shape[0] {
            try stopIfAsked(progress)
            let condition = conditioning.condition(of: clip, predictor)
            parts.append(predictor.logits(codes[clip..<clip + 1], condition))
            progress.update(clip + 1)
        }
        progress.finish()
        let logits = concatenated(parts, axis: 0)
        try ArrayFile.write(logits, name: "logits", to: output)
        print("\(output): float32 \(logits.shape)")
    }
}
