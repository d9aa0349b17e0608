import Foundation

/// Runs `body` on a separate thread and waits for it without blocking a thread of the cooperative
/// pool.
///
/// Training occupies its thread for minutes; on the cooperative pool, of two threads on two cores,
/// it would starve the other tasks of the program.
public func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result(catching: body)) }
        thread.name = "Gestalt trainer"
        thread.stackSize = 16 << 20
        thread.start()
    }
}
