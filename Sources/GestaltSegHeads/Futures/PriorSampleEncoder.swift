import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The residual stream of a sequential prior along K futures that it samples from a frame, as a
/// latent: mean and variance over the futures, side by side as channels; with one future the stream
/// itself.
///
/// Every frame draws from the same stream of random numbers, so that a latent depends on its frame
/// alone. Codes have no gradient, so no part can be trained. Where a draw fails, as with weights
/// that are not finite, ``VisualEncoder/latents(of:)`` throws and the latent of `encode` is NaN.
/// With the same layer and slots a latent is that of ``PriorEncoder`` slot by slot.
///
/// - Shapes: frames `[N, H, W, 3]` of the prior's size to `[N, t, h, w, 2·width]`, with one future
///   `[N, t, h, w, width]`.
public struct PriorSampleEncoder: FrameHistoryEncoder {
    /// The source of the latent in the prior.
    public struct Source: Codable, Sendable, Equatable {
        /// The number of blocks before it, 0 … layers.
        public var layer: Int
        public var draw: FutureDraw
        /// The slots of the latent that are kept; nil for all.
        public var slots: SlotRange?
        /// The number of true frames that are read; nil for the segmented one alone.
        public var frames: Int?

        public init(
            layer: Int, draw: FutureDraw, slots: SlotRange? = nil, frames: Int? = nil
        ) {
            self.layer = layer
            self.draw = draw
            self.slots = slots
            self.frames = frames
        }
    }

    public var predictor: VideoPredictor
    public let source: Source

    /// - Precondition: `source` fits a predictor that is conditioned on frames alone.
    public init(_ predictor: VideoPredictor, source: Source) {
        self.predictor = predictor
        self.source = source
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            VideoPredictor(configuration.predictor, random: &random), source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(predictor: predictor.configuration, source: source)
    }
    public var givenFrames: Int { source.frames ?? 1 }
    public var sampledFutures: Int { source.draw.samples }
    public var sizeMultiple: Int { configuration.stride }
    private var channels: Int {
        predictor.prior.configuration.width * (sampledFutures > 1 ? 2 : 1)
    }

    /// - Precondition: the size of the prior's frames.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        let latent = predictor.prior.configuration.latent
        return LatentShape(
            slots: source.slots?.count ?? latent.time, height: latent.height,
            width: latent.width, channels: channels, stride: sizeMultiple)
    }

    /// - Precondition: frames of the prior's size.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let grid = predictor.prior.configuration.latent.array
        let unknown = Tensor<Float>(repeating: .nan, shape: Shape(grid + [channels]))
        return latent(of: frames) { (try? statistics(of: $0, $1)) ?? unknown }
    }

    /// - Precondition: frames of the prior's size.
    public func latents(of frames: Tensor<Float>) throws -> Latent {
        try latent(of: frames) { try statistics(of: $0, $1) }
    }

    /// - Parameter statistics: those of conditioning frames `[1, n, H, W, 3]`.
    private func latent(
        of frames: Tensor<Float>,
        _ statistics: (Tensor<Float>, VideoSampler) throws -> Tensor<Float>
    ) rethrows -> Latent {
        let given = frames.detached.conditioning(
            predictor.clipSizes.givenFrames, given: givenFrames, for: "\(name)")
        predictor.requireSize(of: given, "\(name)")
        let sampler = VideoSampler(
            predictor, batch: min(source.draw.samples, Self.sampledAtOnce))
        let rows = try (0..<given.shape[0]).map { try statistics(given[$0..<$0 + 1], sampler) }
        let states = stacked(rows, axis: 0)
        let kept = source.slots.map { states.sliced($0.indices, axis: 1) } ?? states
        return Latent(kept.detached, stride: sizeMultiple)
    }

    /// Returns the statistics of one clip's futures, `[t, h, w, channels]`.
    private func statistics(
        of given: Tensor<Float>, _ sampler: VideoSampler
    ) throws -> Tensor<Float> {
        let draw = source.draw
        let condition = sampler.condition(frames: given)
        let sampled = try sampler.codes(
            condition, samples: draw.samples, options: draw.sampling,
            random: RandomStream(seed: UInt64(draw.seed)))
        let all = predictor.states(
            after: source.layer, of: sampled.codes.squeezed(axis: 0),
            condition.selecting([Int](repeating: 0, count: draw.samples)))
        let mean = all.mean(axes: [0])
        guard draw.samples > 1 else { return mean }
        return concatenated([mean, (all - mean).squared().mean(axes: [0])], axis: -1)
    }

    /// Futures drawn at once: each has a cache of its own.
    private static let sampledAtOnce = 8

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("predictor", &predictor)
    }
}

extension VideoPredictor {
    /// Returns the prior's stream after `layer` blocks along codes `[N, t, h, w]`,
    /// `[N, t, h, w, width]`.
    func states(
        after layer: Int, of codes: Tensor<Int32>, _ condition: PriorCondition
    ) -> Tensor<Float> {
        prior.hidden(
            tokenizer.embeddings(of: codes), layers: [layer], condition, .inference)[0]
    }

    /// Stops on clips `[N, T, H, W, 3]` of another frame size.
    func requireSize(of clips: Tensor<Float>, _ encoder: String) {
        require(
            clips.shape[2] == clipSizes.height && clips.shape[3] == clipSizes.width,
            "\(encoder): frames of \(clips.shape[2]) × \(clips.shape[3]) for a predictor of "
                + "\(clipSizes.height) × \(clipSizes.width)")
    }
}

extension VideoPredictorConfiguration {
    /// Checks that the states after a layer follow from frames and codes alone.
    /// - Throws: `ConfigurationError` with a key below `predictor` or `source`.
    func validateStates(layer: Int, slots: SlotRange?, frames: Int?) throws {
        try validated("predictor") { try validate() }
        let (_, conditioning) = try prior.validateHidden(layer: layer, query: .start)
        try slots?.validate(of: prior.latent.time)
        try conditioning.validate(given: frames)
    }
}
