/// Stops the program with `message` on standard error when `condition` does not hold.
///
/// For mistakes of the programmer: shapes, axes and sizes that do not fit. `Swift.precondition`
/// drops its message from optimized builds and leaves "Illegal instruction"; this one keeps it.
/// What comes from outside the program (files, options, data, the system) is a typed error instead.
///
/// - Parameters:
///   - condition: What must hold. It is evaluated exactly once.
///   - message: The operation, both shapes and the rule that was broken. It is built only on
///     failure, so it may be as long as it is helpful.
@inline(__always)
@inlinable
package func require(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
    file: StaticString = #fileID, line: UInt = #line
) {
    guard _fastPath(condition()) else { stop(message(), file: file, line: line) }
}

/// Stops the program with `message` on standard error: a mistake of the programmer that was found
/// without a condition to test.
@inline(never)
@usableFromInline
package func stop(
    _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
    fatalError(message(), file: file, line: line)
}
