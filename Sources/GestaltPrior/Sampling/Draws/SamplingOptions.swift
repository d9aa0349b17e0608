import GestaltFiles
import GestaltModels

/// Options for drawing a code from its logits.
///
/// Applied in this order: the logits are divided by `temperature`; the `topK` largest are kept; a
/// softmax yields probabilities; the smallest set of the largest ones whose sum reaches `topP` is
/// kept, at least one; they are renormalized, and one is drawn. Of equal logits the lower code
/// comes first.
public struct SamplingOptions: Codable, Sendable, Equatable {
    /// Above 0: below 1 makes likely codes likelier, 1 leaves the prior's own distribution.
    public var temperature: Float
    /// The number of codes kept; nil for all.
    public var topK: Int?
    /// The probability mass kept (nucleus sampling), above 0; 1 for all.
    public var topP: Float
    /// Whether to take the largest logit always; the other options are then ignored.
    public var isGreedy: Bool

    public init(
        temperature: Float = 1, topK: Int? = nil, topP: Float = 1, isGreedy: Bool = false
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.isGreedy = isGreedy
    }

    public static let greedy = SamplingOptions(isGreedy: true)

    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws(ConfigurationError) {
        guard temperature > 0, temperature.isFinite else {
            throw .invalid("temperature", expected: "a number above 0", found: temperature)
        }
        if let topK, topK < 1 {
            throw .invalid("topK", expected: "at least 1, or none", found: topK)
        }
        guard topP > 0, topP <= 1 else {
            throw .invalid("topP", expected: "above 0 and at most 1", found: topP)
        }
    }
}

/// An error while codes are drawn.
public enum SamplingError: Error, Equatable, CustomStringConvertible {
    /// The logits of a sample are not finite at a token: the weights or frames are broken.
    case notFinite(sample: Int, token: Int)

    public var description: String {
        switch self {
        case .notFinite(let sample, let token):
            "the logits of sample \(sample) at token \(token) are not finite: check the weights of "
                + "the prior and the conditioning frames"
        }
    }
}
