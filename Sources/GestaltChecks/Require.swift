/// Stops the program with `message` on standard error when `condition` does not hold.
///
/// For programmer errors: shapes, axes and sizes that do not match. `Swift.precondition` drops its
/// message in optimized builds and leaves "Illegal instruction"; this function keeps it. Failures
/// from outside the program (files, options, data, the system) are typed errors instead.
///
/// - Parameters:
///   - condition: The required condition, evaluated exactly once.
///   - message: The operation, both shapes and the violated rule. It is built only on failure, so
///     its length has no cost.
@inline(__always)
@inlinable
package func require(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
    file: StaticString = #fileID, line: UInt = #line
) {
    guard _fastPath(condition()) else { stop(message(), file: file, line: line) }
}

/// Stops the program with `message` on standard error: a programmer error detected without a
/// condition to test.
@inline(never)
@usableFromInline
package func stop(
    _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
    fatalError(message(), file: file, line: line)
}
