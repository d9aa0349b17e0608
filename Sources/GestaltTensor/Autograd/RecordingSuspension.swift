import CKernels

/// A suspension of recording: while active on a thread, operations there are recorded on no tape.
final class RecordingSuspension {
    /// The last tape an operation would have been recorded on; checkpoints obtain their tape from
    /// it.
    private(set) var tape: AnyObject?

    func noticed(_ tape: AnyObject) { self.tape = tape }

    /// The suspension in force on this thread.
    static var current: RecordingSuspension? {
        gk_thread_slot_get(slot).map {
            Unmanaged<RecordingSuspension>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// The thread-local slot that holds the current suspension.
    private static let slot: Int32 = 0

    /// Runs `body` under this suspension, then restores the previous one.
    func during<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try Self.with(self, body)
    }

    /// Runs `body` with recording on, regardless of the suspension in force on this thread.
    static func lifted<Result, Failure>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try with(nil, body)
    }

    private static func with<Result, Failure>(
        _ suspension: RecordingSuspension?, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let former = gk_thread_slot_get(slot)
        gk_thread_slot_set(slot, suspension.map { Unmanaged.passUnretained($0).toOpaque() })
        defer { gk_thread_slot_set(slot, former) }
        return try body()
    }
}

/// Runs `body` without recording: its results are constants for every gradient.
public func withoutGradient<Result, Failure>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let suspension = RecordingSuspension()
    defer { withExtendedLifetime(suspension) {} }
    return try suspension.during(body)
}

/// Runs `body` without keeping its intermediate results, and recomputes them in the backward pass:
/// less memory for one more forward pass.
///
/// `body` may capture tracked tensors; their gradients are computed as usual. It must compute the
/// same value both times, so restore random streams inside it.
public func checkpointed<Scalar: FloatingScalar>(
    _ body: @escaping () -> Tensor<Scalar>
) -> Tensor<Scalar> {
    let suspension = RecordingSuspension()
    let value = suspension.during(body)
    // A captured tensor returned unchanged: there are no intermediate results to drop.
    if value.isTracked { return value }
    guard let tape = suspension.tape as? Tape<Scalar> else { return value }
    if let outer = RecordingSuspension.current {
        outer.noticed(tape)
        return value
    }
    return tape.append(value, parents: [], operation: nil) { [unowned tape] cotangent in
        RecordingSuspension.lifted { tape.replay(body, cotangent: cotangent) }
        return []
    }
}
