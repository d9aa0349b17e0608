import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The motion at every pixel of K futures that a predictor of any kind samples, as a latent: what
/// common fate can be read from without labels.
///
/// With g the last conditioning frame of a future, as it is decoded, over the frames after it, the
/// colors and the futures, the root mean square of
/// 1. the difference of successive frames, the motion;
/// 2. the difference to g, the change;
/// 3. with several futures, their deviation from their mean, the disagreement.
///
/// - Shapes: frames `[N, H, W, 3]` of the predictor's size to `[N, 1, H, W, 3]`, with a single
///   future `[N, 1, H, W, 2]`; 0…1.
public struct FutureMotionEncoder: FutureEncoder {
    public var predictor: any ClipPredictor
    public let source: FutureSource

    /// - Precondition: the predictor is conditioned on frames alone, fewer than a clip has.
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
    private var channels: Int { draw.samples > 1 ? 3 : 2 }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(slots: 1, height: height, width: width, channels: channels, stride: 1)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let sizes = predictor.clipSizes
        let shape = [1, sizes.height, sizes.width, channels]
        return Latent(
            latents(of: frames, shape) { motion(of: $1, from: sizes.givenFrames - 1) }, stride: 1)
    }

    /// Returns the channels `[1, H, W, channels]` of futures `[K, T, H, W, 3]`.
    /// - Parameter last: the index of the last conditioning frame.
    private func motion(of video: Tensor<Float>, from last: Int) -> Tensor<Float> {
        let length = video.shape[1]
        let future = video.sliced(last + 1..<length, axis: 1)
        let before = video.sliced(last..<length - 1, axis: 1)
        var deviations = [future - before, future - video.sliced(last..<last + 1, axis: 1)]
        if draw.samples > 1 {
            deviations.append(future - future.mean(axes: [0], keepingAxes: true))
        }
        let maps = deviations.map { $0.squared().mean(axes: [0, 1, 4]).squareRoot() }
        return stacked(maps, axis: -1).expanded(axis: 0)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("predictor", &predictor)
    }
}

extension FutureMotionEncoder {
    public static let grammar = "prior:energy:SAMPLES" + FutureDraw.grammar + "[:frames=N]"

    public var name: ComponentName { source.name("energy") }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try FutureSource(name, usual: nil, grammar: grammar)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let source = try FutureSource(name, usual: nil, grammar: Self.grammar)
        let predictor = try futurePredictor(model, source.draw)
        try Configuration(predictor: AnyPredictorConfiguration(predictor), source: source)
            .validateNamed()
        self.init(predictor, source: source)
    }

    /// The predictor's configuration, and how futures are sampled.
    public struct Configuration: FutureConfiguration {
        public static let kind = "prior:energy"
        public var predictor: AnyPredictorConfiguration
        public var source: FutureSource

        public init(predictor: AnyPredictorConfiguration, source: FutureSource) {
            self.predictor = predictor
            self.source = source
        }

        public var stride: Int { 1 }
        public var summary: String { "\(source.name("energy"))" }

        /// - Throws: `ConfigurationError` as other sources of futures, and for a predictor all of
        ///   whose frames are given.
        public func validate() throws(ConfigurationError) {
            try source.draw.validate()
            try predictor.validate(given: source.frames)
            let sizes = predictor.clipSizes
            guard sizes.givenFrames < sizes.frames else {
                throw .invalid(
                    "predictor", expected: "clips longer than their conditioning frames",
                    found: "\(sizes.frames) frames, \(sizes.givenFrames) of them given")
            }
        }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            FutureMotionEncoder(self, random: &random)
        }
    }
}
