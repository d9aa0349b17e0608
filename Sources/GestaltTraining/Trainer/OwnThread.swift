import Foundation

/// Runs `body` on a thread of its own and waits for it without holding one of Swift's.
///
/// Training fills its thread for minutes; on the cooperative pool, two wide on two cores, it would
/// starve whatever else the program awaits.
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
