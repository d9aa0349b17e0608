import GestaltModels
import GestaltVideo

/// The sampled futures of a latent, and the frames they start from.
public struct FutureSource: Codable, Sendable, Equatable {
    public var draw: FutureDraw
    /// The number of true frames that are read; nil for the segmented one alone.
    public var frames: Int?

    public init(_ draw: FutureDraw, frames: Int? = nil) {
        self.draw = draw
        self.frames = frames
    }

    /// Parses a name, of which the first word after the kind is that of the encoder.
    init(
        _ name: ComponentName, usual: Int?, grammar: String
    ) throws(ConfigurationError) {
        var arguments = name.arguments
        _ = arguments.next()
        let (slots, frames) = try arguments.history(grammar: grammar)
        let draw = try arguments.draw(usual: usual, grammar: grammar)
        guard slots == nil else { throw arguments.error("encoder", grammar: grammar) }
        try arguments.finish("encoder", grammar: grammar)
        self.init(draw, frames: frames)
    }

    func name(_ place: String) -> ComponentName {
        ComponentName(
            kind: "prior",
            words: [place, "\(draw.samples)"] + draw.words
                + historyWords(slots: nil, frames: frames))
    }
}

/// The configuration of an encoder of a ``FutureSource``.
public protocol FutureConfiguration: EncoderConfiguration {
    var predictor: AnyPredictorConfiguration { get }
    var source: FutureSource { get }
}

extension FutureConfiguration {
    public var readsClips: Bool { (source.frames ?? 1) > 1 }
    public var frameSize: (height: Int, width: Int)? {
        (predictor.clipSizes.height, predictor.clipSizes.width)
    }

    /// - Throws: `ConfigurationError` for an invalid draw, or frames that the predictor is not
    ///   conditioned on.
    func validateSource() throws(ConfigurationError) {
        try source.draw.validate()
        try predictor.validate(given: source.frames)
    }

    /// Validates the configuration that a name describes.
    func validateNamed() throws {
        try validated("encoder") { try validate() }
    }
}
