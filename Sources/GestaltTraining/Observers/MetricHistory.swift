/// An observer that keeps the metrics of a run in memory, for plotting or tests.
///
/// Initially empty, also in a resumed run; further runs of the same trainer continue it.
public final class MetricHistory: TrainingObserver {
    /// The metrics of one step or evaluation.
    public struct Entry: Sendable, Equatable {
        public let step: Int
        public let metrics: [Metric]
    }

    public private(set) var steps: [Entry] = []
    public private(set) var evaluations: [Entry] = []

    public init() {}

    /// Returns every value of the metric `name` of the training steps.
    public func values(of name: String) -> [(step: Int, value: Double)] {
        Self.values(of: name, in: steps)
    }

    /// Returns every value of the metric `name` of the evaluations.
    public func evaluatedValues(of name: String) -> [(step: Int, value: Double)] {
        Self.values(of: name, in: evaluations)
    }

    public func started(_ event: TrainingEvent) throws {
        steps.removeAll { $0.step > event.firstStep }
        evaluations.removeAll { $0.step > event.firstStep }
    }

    public func stepped(_ event: TrainingEvent) throws {
        steps.append(Entry(step: event.step, metrics: event.metrics))
    }

    public func evaluated(_ event: TrainingEvent) throws {
        evaluations.append(Entry(step: event.step, metrics: event.metrics))
    }

    private static func values(
        of name: String, in entries: [Entry]
    ) -> [(step: Int, value: Double)] {
        entries.compactMap { entry in
            entry.metrics.first { $0.name == name }.map { (entry.step, $0.value) }
        }
    }
}
