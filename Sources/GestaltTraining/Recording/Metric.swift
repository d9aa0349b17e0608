/// A named number for logs and tables.
public struct Metric: Sendable, Equatable, Codable {
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: Float) { self.init(name, Double(value)) }
}

/// The result of an evaluation: its metrics and its score.
public struct Evaluation: Sendable, Equatable {
    public let metrics: [Metric]
    /// The score that determines the best checkpoint.
    public let score: Double
    /// Whether a larger score is better.
    public let largerIsBetter: Bool

    public init(_ metrics: [Metric], score: Double, largerIsBetter: Bool = true) {
        self.metrics = metrics
        self.score = score
        self.largerIsBetter = largerIsBetter
    }

    /// Returns whether the score is better than `other`; NaN never is.
    func isBetter(than other: Double?) -> Bool {
        guard !score.isNaN else { return false }
        guard let other else { return true }
        return largerIsBetter ? score > other : score < other
    }
}
