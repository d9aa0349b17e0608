/// Batches by number: the same step gives an equal batch every time, on any thread.
public protocol BatchSource: Sendable {
    associatedtype Batch: Sendable

    /// How many batches make one pass through the data, the last perhaps partial.
    var stepsPerPass: Int { get }
    /// How many batches there are; nil without end.
    var stepCount: Int? { get }

    /// - Precondition: `0 ≤ step`, and below `stepCount` where there is one.
    func batch(at step: Int) throws -> Batch
}
