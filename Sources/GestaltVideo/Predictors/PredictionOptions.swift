import GestaltModels

/// An option of a ``ClipPredictor``.
public struct PredictionOption: Sendable, Hashable {
    /// The name in messages: `topK`.
    public let name: String
    /// The meaning, a noun phrase.
    public let about: String

    public init(_ name: String, about: String) {
        self.name = name
        self.about = about
    }

    public static let temperature = PredictionOption(
        "temperature", about: "the divisor of the logits, above 0; 1 by default")
    public static let topK = PredictionOption(
        "topK", about: "the number of likeliest codes that are drawn from; all by default")
    public static let topP = PredictionOption(
        "topP", about: "the probability of the likeliest codes that are drawn from; 1 by default")
    public static let batch = PredictionOption(
        "batch", about: "the number of samples that are drawn at once")
}

/// The chosen options of a prediction, by name: values as text, so that each predictor has its
/// own.
public struct PredictionOptions: Sendable, Equatable {
    private var texts: [String: String] = [:]

    public init() {}

    /// The names of the options that are set, sorted.
    public var names: [String] { texts.keys.sorted() }

    /// Sets an option; nil removes it.
    public mutating func set<Value: LosslessStringConvertible>(
        _ option: PredictionOption, to value: Value?
    ) {
        texts[option.name] = value.map { "\($0)" }
    }

    /// Returns the value of an option; nil where it is not set.
    /// - Throws: `ConfigurationError` for a text that is not a `Value`.
    public func value<Value: LosslessStringConvertible>(
        _ option: PredictionOption, as type: Value.Type = Value.self
    ) throws(ConfigurationError) -> Value? {
        guard let text = texts[option.name] else { return nil }
        guard let value = Value(text) else {
            throw .invalid(option.name, expected: option.about, found: text)
        }
        return value
    }

    /// Returns the options that a predictor has; others are left out.
    public func limited(to predictor: some ClipPredictor) -> PredictionOptions {
        var result = self
        let known = predictor.predictionOptions.map(\.name)
        result.texts = texts.filter { known.contains($0.key) }
        return result
    }

    /// Checks that a predictor has all options that are set.
    /// - Throws: `ConfigurationError` for the first that it lacks, with those that it has.
    public func requireKnown(by predictor: some ClipPredictor) throws(ConfigurationError) {
        let known = predictor.predictionOptions.map(\.name)
        for name in names where !known.contains(name) {
            throw .invalid(
                name,
                expected: "none: \(predictor.title) takes \(known.joined(separator: ", "))",
                found: texts[name] ?? "")
        }
    }
}
