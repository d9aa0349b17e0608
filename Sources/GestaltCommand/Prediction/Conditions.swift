import ArgumentParser
import GestaltData
import GestaltRecipes
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

extension PredictionInputs {
    /// - Parameter clips: the number of clips of the class.
    /// - Throws: `ModelInputError` for frames with a prior that has no conditioning frames, and
    ///   errors in reading actions.
    init(
        _ predictor: any ClipPredictor, frames input: VideoInput?, _ options: ConditionOptions,
        clips: Int
    ) throws {
        try self.init(predictor, frames: input, label: options.label, clips: clips) {
            try options.actions.map(readActions)
        }
    }
}
