import GestaltData
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

extension PredictionInputs {
    /// The inputs of a predictor, from clips as they are read.
    ///
    /// - Parameters:
    ///   - clips: the number of clips of the class.
    ///   - actions: reads the actions, after the frames are checked.
    /// - Throws: `ModelInputError` for frames with a prior that has no conditioning frames, and
    ///   errors in reading actions.
    package init(
        _ predictor: any ClipPredictor, frames input: VideoInput?, label: Int32?, clips: Int,
        actions: () throws -> Tensor<Float>?
    ) throws {
        let given = predictor.clipSizes.givenFrames
        if given == 0, let input {
            throw ModelInputError(
                "frames", expected: "none: this prior has no conditioning frames",
                found: input.path)
        }
        let frames = try input?.first(given)
        self.init(
            frames: frames, classes: label.map { Tensor([Int32](repeating: $0, count: clips)) },
            actions: try actions(), count: clips)
    }

    /// Inputs that fit the predictor.
    /// - Throws: as above, and `ModelInputError` for inputs that do not fit.
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
