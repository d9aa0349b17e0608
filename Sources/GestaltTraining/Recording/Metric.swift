/// A number with a name, as logs and tables show it.
public struct Metric: Sendable, Equatable, Codable {
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ value: Float) { self.init(name, Double(value)) }
}

/// What an evaluation found, and how good that is.
public struct Evaluation: Sendable, Equatable {
    public let metrics: [Metric]
    /// Decides which checkpoint is the best.
    public let score: Double
    /// Whether a larger score is a better one.
    public let largerIsBetter: Bool

    public init(_ metrics: [Metric], score: Double, largerIsBetter: Bool = true) {
        self.metrics = metrics
        self.score = score
        self.largerIsBetter = largerIsBetter
    }

    /// A score that is not a number is never better.
    func isBetter(than other: Double?) -> Bool {
        guard !score.isNaN else { return false }
        guard let other else { return true }
        return largerIsBetter ? score > other : score < other
    }
}
