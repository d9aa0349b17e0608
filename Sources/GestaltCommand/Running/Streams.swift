import Foundation

/// The standard streams, made safe before anything is opened or printed.
enum Streams {
    /// Opens closed standard streams on nothing, so that no file of ours gets their numbers and a
    /// line of text never lands in a result. A reader that goes away (`gestalt … | head -1`) does not
    /// end the process by a signal: a training goes on, what is printed is dropped.
    static func prepare() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes out what was printed.
    /// - Returns: why that failed, as on a full disk; nil for success and for a reader gone away.
    static func flush() -> String? {
        // All streams: the variable `stdout` is shared mutable state to Swift.
        guard fflush(nil) != 0, errno != EPIPE else { return nil }
        return "standard output: \(String(cString: strerror(errno)))"
    }
}

/// A line on standard error that --quiet leaves: a warning.
func remark(_ text: String) { printError(text) }

/// A line on standard error: a warning, an error, never a result.
func printError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }  // Nobody reads it any more.
        rest = rest.dropFirst(count)
    }
}
