import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// The whole of VideoGPT: a tokenizer, and a prior over its codes.
///
/// Paths begin with `tokenizer` and `prior`, and `forecasts` where there are some; training the
/// prior freezes `tokenizer`.
///
/// ```swift
/// let predictor = try VideoPredictor(folder: "runs/prior")
/// let codes = predictor.tokenizer.encode(clips)                    // [N, t, h, w]
/// let condition = predictor.prior.condition(frames: clips[0..., ..<1], .inference)
/// let logits = predictor.logits(codes, condition)                  // [N, t, h, w, K]
/// ```
/// - Source: Yan et al., *VideoGPT* (2021).
public struct VideoPredictor: StoredModel {
    public let configuration: VideoPredictorConfiguration
    public var tokenizer: any VideoTokenizer
    public var prior: VideoPrior
    /// The linear layer from the frame encoder's features at full resolution to the channels of
    /// `configuration.forecasts`; training alone uses it.
    public var forecasts: Convolution?

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: VideoPredictorConfiguration, random: inout RandomStream) {
        let tokenizer = configuration.tokenizer.value.tokenizer(random: &random)
        self.init(configuration, tokenizer: tokenizer, random: &random)
    }

    /// An untrained prior on a trained tokenizer.
    /// - Precondition: the tokenizer has the configuration's sizes.
    public init(
        _ configuration: VideoPredictorConfiguration, tokenizer: any VideoTokenizer,
        random: inout RandomStream
    ) {
        require(
            AnyTokenizerConfiguration(tokenizer.configuration) == configuration.tokenizer,
            "VideoPredictor: a tokenizer of \(tokenizer.configuration) for \(configuration.tokenizer)"
        )
        self.configuration = configuration
        self.tokenizer = tokenizer
        prior = VideoPrior(configuration.prior, random: &random)
        if let outputs = configuration.forecasts {
            guard let features = configuration.prior.conditioning?.encoder.features else {
                stop("VideoPredictor: forecasts of a prior without conditioning frames")
            }
            forecasts = outputs.layer(width: features.channels, random: &random)
        }
    }

    public var title: String { "a video predictor (tokenizer and prior)" }

    /// Returns the logits of every code, given the true codes before it, `[N, t, h, w]` to
    /// `[N, t, h, w, K]`.
    public func logits(_ codes: Tensor<Int32>, _ condition: PriorCondition) -> Tensor<Float> {
        prior.logits(tokenizer.embeddings(of: codes), condition, .inference)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
        visitor.module("prior", &prior)
        visitor.module("forecasts", &forecasts)
    }
}
