import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The prior's frame encoder as a source of latents: one of its stages, alone or with the finer
/// ones for heads with skip connections.
///
/// ```swift
/// let pyramid = ResNetEncoder(resnet, stage: 4, skips: true)       // 16², with 32² and 64²
/// let latent = pyramid.encode(frames, .inference)                   // [N, 1, h, w, channels]
/// ```
/// For a frame encoder of several frames the frame is repeated, or with `frames=n` the n last true
/// frames are read, as in ``PriorEncoder``, and the grids of the last one are taken.
///
/// - Shapes: frames `[N, H, W, 3]` to `[N, 1, H/s, W/s, C]`; s is 1, 2, 4, 4 for the stages 1 to 4,
///   C the channels of the stage.
/// - Source: Maier and Mohankumar, *Video Prediction Models as General Visual Encoders* (2024).
public struct ResNetEncoder: FrameHistoryEncoder {
    /// The source of the latent in the frame encoder.
    public struct Source: Codable, Sendable, Equatable {
        /// 1 … 4, finest first.
        public var stage: Int
        /// Whether the stages of smaller strides are included.
        public var skips: Bool
        /// The number of frames that the frame encoder takes.
        public var frames: Int
        /// The number of true frames among them; nil for one, which is repeated.
        public var given: Int?

        public init(stage: Int = 4, skips: Bool = false, frames: Int = 1, given: Int? = nil) {
            self.stage = stage
            self.skips = skips
            self.frames = frames
            self.given = given
        }
    }

    public var resnet: FrameEncoder
    public let source: Source

    /// - Precondition: a stage from 1 to 4, at least one frame.
    public init(_ resnet: FrameEncoder, source: Source) {
        self.resnet = resnet
        self.source = source
        requireValid(configuration)
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(FrameEncoder(configuration.sizes, random: &random), source: configuration.source)
    }

    /// - Precondition: a stage from 1 to 4.
    public init(_ resnet: FrameEncoder, stage: Int = 4, skips: Bool = false, frames: Int = 1) {
        self.init(resnet, source: Source(stage: stage, skips: skips, frames: frames))
    }

    public var configuration: Configuration {
        Configuration(sizes: resnet.configuration, source: source)
    }
    public var sizeMultiple: Int { FramePyramid.stride(ofStage: source.stage) }
    public var givenFrames: Int { source.given ?? 1 }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: resnet.configuration.channels[source.stage - 1], stride: sizeMultiple,
            finer: source.skips ? resnet.configuration.finer(than: sizeMultiple) : [])
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let given = frames.conditioning(
            source.frames, given: givenFrames, for: "ResNetEncoder")
        require(
            given.shape[2] % sizeMultiple == 0 && given.shape[3] % sizeMultiple == 0,
            "ResNetEncoder: \(sizeMultiple) does not divide frames \(frames.shape); pad them")
        let pyramid = FramePyramid(
            stages: context.part("resnet") { resnet.stages(given, context) })
        return Latent(
            pyramid.grid(source.stage).expanded(axis: 1), stride: sizeMultiple,
            finer: source.skips ? pyramid.finer(than: sizeMultiple) : [])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("resnet", &resnet)
    }
}

extension ResNetEncoder {
    public static let grammar = "resnet:STAGE[:frames=N][:skips]"
    public static let parts = ["resnet"]
    public static let needsModel = true

    public var name: ComponentName { ComponentName(kind: "resnet", words: source.words) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try source(name, frames: 1)
    }

    private static func source(
        _ name: ComponentName, frames: Int
    ) throws(ConfigurationError) -> Source {
        let grammar = grammar + ", STAGE 1 to 4"
        var arguments = name.arguments
        guard let stage = arguments.number(in: 1...4) else {
            throw arguments.error("encoder", grammar: grammar)
        }
        let skips = arguments.flag("skips")
        let (slots, given) = try arguments.history(grammar: grammar)
        guard slots == nil else { throw arguments.error("encoder", grammar: grammar) }
        try arguments.finish("encoder", grammar: grammar)
        return Source(stage: stage, skips: skips, frames: frames, given: given)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        try Self.validate(name)
        let predictor = try VideoPredictor(held: model)
        let prior = predictor.prior
        guard let resnet = prior.resnet, let conditioning = prior.configuration.conditioning else {
            throw ConfigurationError.invalid(
                "model", expected: "a prior with VideoGPT's frame encoder",
                found: prior.configuration.conditioning?.encoder.summary
                    ?? "one without conditioning frames")
        }
        let source = try Self.source(name, frames: conditioning.frames)
        try validated("encoder") {
            try Configuration(sizes: resnet.configuration, source: source).validate()
        }
        self.init(resnet, source: source)
    }

    /// The sizes of the frame encoder, and the source of the latent in it.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "resnet"
        public var sizes: FrameEncoderConfiguration
        public var source: Source

        public init(sizes: FrameEncoderConfiguration, source: Source) {
            self.sizes = sizes
            self.source = source
        }

        public var stride: Int { FramePyramid.stride(ofStage: source.stage) }
        public var readsClips: Bool { (source.given ?? 1) > 1 }
        public var summary: String {
            (["resnet"] + source.words).joined(separator: ":")
        }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            ResNetEncoder(self, random: &random)
        }

        public func validate() throws(ConfigurationError) {
            do { try sizes.validate() } catch { throw error.below("sizes") }
            try check(
                (1...4).contains(source.stage), "source.stage", "1 to 4", source.stage)
            try check(
                (1...1024).contains(source.frames), "source.frames", "1 to 1024", source.frames)
            try check(
                (1...source.frames).contains(source.given ?? 1), "source.given",
                "1 to the \(source.frames) frames of the frame encoder", source.given ?? 1)
        }
    }
}

extension ResNetEncoder.Source {
    var words: [String] {
        ["\(stage)"] + historyWords(slots: nil, frames: given) + (skips ? ["skips"] : [])
    }
}
