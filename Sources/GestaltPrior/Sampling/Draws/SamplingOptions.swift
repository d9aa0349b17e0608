import GestaltFiles
import GestaltModels

/// How a code is drawn from its logits.
///
/// In this order: the logits are divided by `temperature`; the `topK` largest are kept; a softmax
/// gives probabilities; the smallest number of them, from the largest down, whose sum reaches
/// `topP` is kept, at least one; they are brought to a sum of 1, and one is drawn. Of equal logits
/// the lower code comes first.
public struct SamplingOptions: Codable, Sendable, Equatable {
    /// Above 0: below 1 makes likely codes likelier, 1 leaves the prior's own distribution.
    public var temperature: Float
    /// How many codes are kept; nil for all.
    public var topK: Int?
    /// Which share of the probability is kept, above 0; 1 for all.
    public var topP: Float
    /// Always the largest logit; the other options then say nothing.
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

    /// - Throws: `ConfigurationError` for the first value that nothing can be drawn by.
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

/// What can go wrong while codes are drawn.
public enum SamplingError: Error, Equatable, CustomStringConvertible {
    /// The logits of a sample are not numbers from a token on: weights or frames are broken.
    case notFinite(sample: Int, token: Int)

    public var description: String {
        switch self {
        case .notFinite(let sample, let token):
            "the logits of sample \(sample) at token \(token) are not finite: check the weights of "
                + "the prior and the frames it is given"
        }
    }
}
