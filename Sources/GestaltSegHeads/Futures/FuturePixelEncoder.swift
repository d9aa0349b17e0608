import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The frames that a predictor of any kind forecasts, decoded to pixels, as a latent: the mean of K
/// sampled futures.
///
/// The first frames are reconstructions of the conditioning frames.
///
/// - Shapes: frames `[N, H, W, 3]` of the predictor's size to `[N, T, H, W, 3]`, one slot for each
///   frame of its clips, −0.5…0.5.
public struct FuturePixelEncoder: FutureEncoder {
    public var predictor: any ClipPredictor
    public let source: FutureSource

    /// - Precondition: the predictor is conditioned on frames alone.
    public init(_ predictor: any ClipPredictor, source: FutureSource) {
        self.predictor = predictor
        self.source = source
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            configuration.predictor.predictor(random: &random), source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(predictor: AnyPredictorConfiguration(predictor), source: source)
    }
    public var draw: FutureDraw { source.draw }
    public var givenFrames: Int { source.frames ?? 1 }
    public var sizeMultiple: Int { 1 }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: predictor.clipSizes.frames, height: height, width: width, channels: 3,
            stride: 1)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let sizes = predictor.clipSizes
        let shape = [sizes.frames, sizes.height, sizes.width, 3]
        return Latent(
            latents(of: frames, shape) { $1.mean(axes: [0]) }, stride: 1)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("predictor", &predictor)
    }
}

extension FuturePixelEncoder {
    public static let grammar = "prior:pixels[:SAMPLES]" + FutureDraw.grammar + "[:frames=N]"

    public var name: ComponentName { source.name("pixels") }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try FutureSource(name, usual: 1, grammar: grammar)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let source = try FutureSource(name, usual: 1, grammar: Self.grammar)
        let predictor = try futurePredictor(model, source.draw)
        try Configuration(predictor: AnyPredictorConfiguration(predictor), source: source)
            .validateNamed()
        self.init(predictor, source: source)
    }

    /// The predictor's configuration, and how futures are sampled.
    public struct Configuration: FutureConfiguration {
        public static let kind = "prior:pixels"
        public var predictor: AnyPredictorConfiguration
        public var source: FutureSource

        public init(predictor: AnyPredictorConfiguration, source: FutureSource) {
            self.predictor = predictor
            self.source = source
        }

        public var stride: Int { 1 }
        public var summary: String { "\(source.name("pixels"))" }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            FuturePixelEncoder(self, random: &random)
        }
    }
}
