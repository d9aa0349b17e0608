/// Batches by number: the same step gives an equal batch every time, on any thread.
public protocol BatchSource: Sendable {
    associatedtype Batch: Sendable

    /// The number of batches in one pass through the data; the last may be partial.
    var stepsPerPass: Int { get }
    /// The number of batches; nil for an endless source.
    var stepCount: Int? { get }

    /// - Precondition: `0 ≤ step`, and below `stepCount` where there is one.
    func batch(at step: Int) throws -> Batch
}
