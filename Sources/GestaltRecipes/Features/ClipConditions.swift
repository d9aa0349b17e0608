import GestaltData
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The conditioning of a prior, for each of some clips.
package struct ClipConditions {
    /// `[N, n, H, W, 3]`, the conditioning frames.
    package let frames: Tensor<Float>?
    /// `[N]`.
    package let classes: Tensor<Int32>?
    /// `[N, T, width]`.
    package let actions: Tensor<Float>?
    /// The number of clips.
    package let count: Int

    /// - Parameters:
    ///   - clips: the number of clips of the class.
    ///   - actions: reads the actions, after the frames are checked.
    /// - Throws: `ModelInputError` for frames with a prior that has no conditioning frames, and
    ///   errors in reading actions.
    package init(
        _ predictor: VideoPredictor, frames input: VideoInput?, label: Int32?, clips: Int,
        actions: () throws -> Tensor<Float>?
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
        classes = label.map { Tensor([Int32](repeating: $0, count: clips)) }
        self.actions = try actions()
    }

    /// Conditions that fit the predictor.
    /// - Throws: as above, and `ModelInputError` for conditions that do not fit.
    init(_ predictor: VideoPredictor, _ input: VideoInput, _ conditions: FeatureConditions) throws {
        try self.init(
            predictor, frames: input, label: conditions.label, clips: input.video.shape[0]
        ) { conditions.actions }
        try predictor.check(frames: frames, classes: classes, actions: actions)
    }

    /// Returns the condition of one clip, for inference.
    package func condition(of clip: Int, _ predictor: VideoPredictor) -> PriorCondition {
        predictor.prior.condition(
            frames: frames?[clip..<clip + 1], classes: classes?[clip..<clip + 1],
            actions: actions?[clip..<clip + 1], .inference)
    }
}
