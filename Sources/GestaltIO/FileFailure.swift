#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A failed operation of the operating system, with the path and the system's reason.
public struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operation that failed.
    public enum Action: String, Sendable {
        case open, read, map, create, write, synchronize, rename
    }

    public let path: String
    public let action: Action
    /// The operating system's message, "No space left on device" for example.
    public let reason: String

    public init(path: String, action: Action, reason: String) {
        self.path = path
        self.action = action
        self.reason = reason
    }

    /// Creates a failure with the current reason of `errno`.
    init(path: String, action: Action) {
        self.init(path: path, action: action, reason: String(cString: strerror(errno)))
    }

    public var description: String { "\(path): cannot \(action.rawValue): \(reason)" }
}

/// Repeats a system call that a signal interrupted.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result == -1 && errno == EINTR { continue }
        return result
    }
}
