import ArgumentParser
import GestaltData
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The class and the actions that a prior is conditioned on; the same flags in every command.
struct ConditionOptions: ParsableArguments {
    @Option(
        name: .customLong("class"), help: "The class of all clips, from 0.", transform: classNumber)
    var label: Int32?
    @Option(help: "Actions [B,] T, width as npy, npz or safetensors.", completion: .file())
    var actions: String?

    /// The flags for the library's names.
    static let flags = ["class": "--class", "actions": "--actions"]
}

/// The conditioning of a prior, for each of some clips.
struct Conditions {
    /// `[N, n, H, W, 3]`, the conditioning frames.
    let frames: Tensor<Float>?
    /// `[N]`.
    let classes: Tensor<Int32>?
    /// `[N, T, width]`.
    let actions: Tensor<Float>?
    /// The number of clips.
    let count: Int

    /// - Parameter clips: the number of clips of the class.
    /// - Throws: `ModelInputError` for frames with a prior that has no conditioning frames, and
    ///   errors in reading actions.
    init(
        _ predictor: VideoPredictor, frames input: VideoInput?, _ options: ConditionOptions,
        clips: Int
    ) throws {
        if let given = predictor.configuration.prior.conditioning?.frames, let input {
            frames = try input.first(given)
        } else if let input {
            throw ModelInputError(
                "frames", expected: "none: this prior has no conditioning frames",
                found: input.path)
        } else {
            frames = nil
        }
        count = clips
        classes = options.label.map { Tensor([Int32](repeating: $0, count: clips)) }
        actions = try options.actions.map(readActions)
    }

    /// Returns the condition of one clip, for inference.
    func condition(of clip: Int, _ predictor: VideoPredictor) -> PriorCondition {
        predictor.prior.condition(
            frames: frames?[clip..<clip + 1], classes: classes?[clip..<clip + 1],
            actions: actions?[clip..<clip + 1], .inference)
    }
}
