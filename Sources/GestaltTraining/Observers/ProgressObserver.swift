import Foundation
import GestaltIO

/// An observer that shows a line with the fraction of completed steps, the rate, the remaining time
/// and the first metrics, on standard error by default.
public final class ProgressObserver: TrainingObserver {
    private let output: FileHandle
    private var bar: ProgressBar?

    /// - Parameter output: the destination of the line; redrawn in place on a terminal, otherwise
    ///   printed at intervals.
    public init(output: FileHandle = .standardError) { self.output = output }

    public func started(_ event: TrainingEvent) throws {
        bar = ProgressBar(
            event.title, total: event.totalSteps, startingAt: event.firstStep, output: output)
    }

    public func stepped(_ event: TrainingEvent) throws {
        bar?.update(event.step, note: Self.note(event.metrics))
    }

    public func finished(_ event: TrainingEvent) throws {
        bar?.finish()
        bar = nil
    }

    /// Formats up to four metrics, without those of the optimizer.
    private static func note(_ metrics: [Metric]) -> String {
        metrics.filter { !["learning_rate", "gradient_norm"].contains($0.name) }.prefix(4)
            .map { "\($0.name) \(String(format: "%.4g", $0.value))" }.joined(separator: "  ")
    }
}
