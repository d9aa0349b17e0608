import GestaltModels
import GestaltTensor
import GestaltVideo

/// An encoder of the video of sampled futures, at every pixel: `prior:PLACE:SAMPLES…`.
public protocol FutureVideoEncoder: FutureEncoder
where Configuration == FutureVideoConfiguration<Self> {
    /// The first word after the kind of its names.
    static var place: String { get }
    /// The number of futures where a name has none; nil where it must have one.
    static var usualSamples: Int? { get }
    /// - Throws: `ConfigurationError` for clips that have no latent; by default every clip has.
    static func validate(_ sizes: ClipSizes) throws(ConfigurationError)
    /// - Precondition: the predictor is conditioned on frames alone, and its clips are valid.
    init(_ predictor: any ClipPredictor, source: FutureSource)
}

extension FutureVideoEncoder {
    public static var grammar: String {
        let samples = usualSamples == nil ? ":SAMPLES" : "[:SAMPLES]"
        return "prior:\(place)\(samples)\(FutureDraw.grammar)[:frames=N]"
    }
    public static func validate(_ sizes: ClipSizes) throws(ConfigurationError) {}

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            configuration.predictor.predictor(random: &random), source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(predictor: AnyPredictorConfiguration(predictor), source: source)
    }
    public var sizeMultiple: Int { 1 }
    public var name: ComponentName { source.name(Self.place) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try FutureSource(name, usual: usualSamples, grammar: grammar)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let source = try FutureSource(name, usual: Self.usualSamples, grammar: Self.grammar)
        let predictor = try futurePredictor(model, source.draw)
        try Configuration(predictor: AnyPredictorConfiguration(predictor), source: source)
            .validateNamed()
        self.init(predictor, source: source)
    }
}

/// The configuration of a ``FutureVideoEncoder``: the predictor's, and how futures are sampled.
public struct FutureVideoConfiguration<Encoder: FutureVideoEncoder>: FutureConfiguration {
    public static var kind: String { "prior:\(Encoder.place)" }
    public var predictor: AnyPredictorConfiguration
    public var source: FutureSource

    public init(predictor: AnyPredictorConfiguration, source: FutureSource) {
        self.predictor = predictor
        self.source = source
    }

    public var stride: Int { 1 }
    public var summary: String { "\(source.name(Encoder.place))" }

    /// - Throws: `ConfigurationError` for an invalid draw, frames that the predictor is not
    ///   conditioned on, or clips that have no latent.
    public func validate() throws(ConfigurationError) {
        try validateSource()
        try Encoder.validate(predictor.clipSizes)
    }

    public func encoder(random: inout RandomStream) -> any StoredEncoder {
        Encoder(self, random: &random)
    }
}
