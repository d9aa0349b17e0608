import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A frozen encoder that reads futures which a predictor of any kind samples from a frame.
///
/// Each frame is a clip of its own with the same stream of random numbers, so that its latent
/// depends on nothing else. Sampled codes have no gradient, so that no part can be trained. Where
/// the predictor fails, as with weights that are not finite, the latent is NaN: training then stops
/// at its loss, segmentation at its scores.
public protocol FutureEncoder: FrameHistoryEncoder {
    var predictor: any ClipPredictor { get }
    var draw: FutureDraw { get }
}

extension FutureEncoder {
    public static var needsModel: Bool { true }
    public var sampledFutures: Int { draw.samples }

    /// Returns a latent `shape` of each frame from its futures, `[N, …shape]`.
    ///
    /// - Parameter body: from the codes `[K, t, h, w]` and the video `[K, T, H, W, 3]`, −0.5…0.5,
    ///   of the futures of a frame.
    func latents(
        of frames: Tensor<Float>, _ shape: [Int],
        _ body: (_ codes: Tensor<Int32>, _ video: Tensor<Float>) -> Tensor<Float>
    ) -> Tensor<Float> {
        let sizes = predictor.clipSizes
        let given = frames.detached.conditioning(
            sizes.givenFrames, given: givenFrames, for: "\(name)")
        require(
            given.shape[2] == sizes.height && given.shape[3] == sizes.width,
            "\(name): frames of \(given.shape[2]) × \(given.shape[3]) for a predictor of "
                + "\(sizes.height) × \(sizes.width)")
        let rows = (0..<given.shape[0]).map { frame -> Tensor<Float> in
            let inputs = PredictionInputs(frames: given[frame..<frame + 1])
            let futures = try? predictor.predict(
                inputs, samples: draw.samples, options: draw.options,
                random: RandomStream(seed: UInt64(draw.seed)))
            guard let futures else { return Tensor(repeating: .nan, shape: Shape(shape)) }
            return body(
                futures.codes[0].squeezed(axis: 0), futures.video.squeezed(axis: 0) - 0.5)
        }
        return stacked(rows, axis: 0)
    }
}

/// Returns the predictor that a name is applied to, checked for clips of frames alone.
///
/// - Throws: `ModelMismatch` for another model; `ModelInputError` for a predictor that needs more
///   than frames; `ConfigurationError` for options that it lacks, or without conditioning frames.
func futurePredictor(
    _ model: (any StoredModel)?, _ draw: FutureDraw
) throws -> any ClipPredictor {
    guard let predictor = model as? any ClipPredictor else {
        throw ModelMismatch(needed: .clipPredictor, found: model?.title ?? "not given")
    }
    let sizes = predictor.clipSizes
    guard sizes.givenFrames > 0 else {
        throw ConfigurationError.invalid(
            "encoder.predictor", expected: "one that is conditioned on frames", found: "none")
    }
    let frames = Tensor<Float>.zeros([1, sizes.givenFrames, sizes.height, sizes.width, 3])
    try predictor.check(
        PredictionInputs(frames: frames), samples: draw.samples, draw.options)
    return predictor
}

extension AnyPredictorConfiguration {
    /// - Throws: `ConfigurationError` for a predictor without conditioning frames, or fewer than
    ///   are to be read.
    func validate(given: Int?) throws(ConfigurationError) {
        let frames = clipSizes.givenFrames
        guard frames > 0 else {
            throw .invalid(
                "predictor", expected: "one that is conditioned on frames", found: frames)
        }
        guard (1...frames).contains(given ?? 1) else {
            throw .invalid(
                "source.frames", expected: "1 to \(frames), the predictor's conditioning frames",
                found: given ?? 1)
        }
    }
}
