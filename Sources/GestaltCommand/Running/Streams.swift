import Foundation
import Synchronization

/// The standard streams, made safe before anything is opened or printed.
enum Streams {
    /// Opens closed standard streams on `/dev/null`, so that no file gets their descriptors and no
    /// line of text ends up in a result. A reader that closes the pipe (`gestalt … | head -1`)
    /// does not end the process by a signal: training continues, and output is dropped.
    static func prepare() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The first failure of a write to standard output, as on a full disk; a closed pipe is not
    /// one.
    static var outputFailure: String? { failure.withLock { $0 } }

    private static let failure = Mutex<String?>(nil)

    fileprivate static func writeOutput(_ text: String) {
        guard let code = write(text, to: STDOUT_FILENO), code != EPIPE else { return }
        failure.withLock { $0 = $0 ?? "standard output: \(String(cString: strerror(code)))" }
    }

    /// Writes all of `text`.
    /// - Returns: the error number of a failed write.
    fileprivate static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}

/// Prints a line of results to standard output, unbuffered.
///
/// It replaces Swift's `print`, whose stream forgets a failed write as soon as a later
/// one succeeds: a full disk would end with exit code 0.
func print(_ text: String = "") { Streams.writeOutput(text + "\n") }

/// Prints a warning to standard error, even with `--quiet`.
func remark(_ text: String) { printError(text) }

/// Prints a line to standard error: a warning or an error, never a result.
func printError(_ text: String) { _ = Streams.write(text + "\n", to: STDERR_FILENO) }
