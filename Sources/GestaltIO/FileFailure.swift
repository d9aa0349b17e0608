#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the operating system refused, with the path and its own reason.
public struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was asked of the file.
    public enum Action: String, Sendable {
        case open, read, map, create, write, synchronize, rename
    }

    public let path: String
    public let action: Action
    /// The sentence of the operating system, "No space left on device" for example.
    public let reason: String

    public init(path: String, action: Action, reason: String) {
        self.path = path
        self.action = action
        self.reason = reason
    }

    /// A failure with the reason that `errno` holds now.
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
