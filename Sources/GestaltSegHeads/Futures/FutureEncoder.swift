import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A frozen encoder that reads futures which a predictor of any kind samples from a frame.
///
/// Each frame is a clip of its own with the same stream of random numbers, so that its latent
/// depends on nothing else. Sampled codes have no gradient, so that no part can be trained.
/// ``VisualEncoder/latents(of:)`` throws the errors of the predictor, as of weights that are not
/// finite; ``VisualEncoder/encode(_:_:)``, which cannot, returns NaN for the frames concerned, at
/// which a training stops with its loss and a segmentation with its scores.
public protocol FutureEncoder: FrameHistoryEncoder {
    var predictor: any ClipPredictor { get set }
    var source: FutureSource { get }
    /// Returns the latent of a frame, `[slots, h, w, channels]`, from its futures.
    ///
    /// - Parameters:
    ///   - codes: `[K, t, h, w]`.
    ///   - video: `[K, T, H, W, 3]`, −0.5…0.5.
    func latent(codes: Tensor<Int32>, video: Tensor<Float>) -> Tensor<Float>
}

extension FutureEncoder {
    public static var needsModel: Bool { true }
    public var draw: FutureDraw { source.draw }
    public var givenFrames: Int { source.frames ?? 1 }
    public var sampledFutures: Int { draw.samples }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        sampledLatent(of: frames)
    }

    public func latents(of frames: Tensor<Float>) throws -> Latent {
        try sampledLatents(of: frames)
    }

    /// Returns the latents of the futures; NaN where the predictor fails.
    func sampledLatent(of frames: Tensor<Float>) -> Latent {
        let shape = predictedShape
        let unknown = Tensor<Float>(
            repeating: .nan, shape: [shape.slots, shape.height, shape.width, shape.channels])
        return latent(conditions(of: frames).map { (try? latent(after: $0)) ?? unknown })
    }

    /// Returns the latents of the futures.
    /// - Throws: errors of the predictor.
    func sampledLatents(of frames: Tensor<Float>) throws -> Latent {
        latent(try conditions(of: frames).map { try latent(after: $0) })
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("predictor", &predictor)
    }

    /// The shape of the latents of the predictor's frames.
    private var predictedShape: LatentShape {
        latentShape(height: predictor.clipSizes.height, width: predictor.clipSizes.width)
    }

    private func latent(_ rows: [Tensor<Float>]) -> Latent {
        Latent(stacked(rows, axis: 0), stride: predictedShape.stride)
    }

    /// Returns the conditioning frames `[1, n, H, W, 3]` of each latent.
    private func conditions(of frames: Tensor<Float>) -> [Tensor<Float>] {
        let sizes = predictor.clipSizes
        let given = frames.detached.conditioning(
            sizes.givenFrames, given: givenFrames, for: "\(name)")
        require(
            given.shape[2] == sizes.height && given.shape[3] == sizes.width,
            "\(name): frames of \(given.shape[2]) × \(given.shape[3]) for a predictor of "
                + "\(sizes.height) × \(sizes.width)")
        return (0..<given.shape[0]).map { given[$0..<$0 + 1] }
    }

    /// Returns the latent of the futures of conditioning frames `[1, n, H, W, 3]`.
    private func latent(after given: Tensor<Float>) throws -> Tensor<Float> {
        let futures = try predictor.predict(
            PredictionInputs(frames: given), samples: draw.samples, options: draw.options,
            random: RandomStream(seed: UInt64(draw.seed)))
        return latent(
            codes: futures.codes[0].squeezed(axis: 0), video: futures.video.squeezed(axis: 0) - 0.5)
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
