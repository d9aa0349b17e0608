#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The pipes of a program: pairs of this process's end and the program's.
struct ProgramPipes: Sendable {
    struct Pair: Sendable {
        var own: Int32
        var child: Int32
    }

    let input: Pair
    let output: Pair
    let errors: Pair

    /// Bytes of the pipe for frames; the kernel allows a user this much.
    private static let capacity: Int32 = 1 << 20
    /// `F_SETPIPE_SZ` of Linux, which the C library has for GNU sources only.
    private static let setCapacity: Int32 = 1031

    init(hasInput: Bool) throws(StartFailure) {
        var made: [Pair] = []
        do throws(StartFailure) {
            made.append(try Self.pipe())
            made.append(try Self.pipe())
            made.append(hasInput ? try Self.socket() : try Self.empty())
        } catch {
            for pair in made {
                close(pair.own)
                close(pair.child)
            }
            throw error
        }
        (output, errors, input) = (made[0], made[1], made[2])
        #if os(Linux)
            // A smaller pipe works as well, with more switches between the two programs.
            _ = fcntl(output.own, Self.setCapacity, Self.capacity)
        #endif
    }

    func closeChildEnds() {
        for pair in [input, output, errors] { close(pair.child) }
    }

    func closeOwnEnds() {
        for pair in [input, output, errors] where pair.own >= 0 { close(pair.own) }
    }

    private static func pipe() throws(StartFailure) -> Pair {
        var ends: [Int32] = [-1, -1]
        guard systemPipe(&ends) == 0 else { throw .lastError }
        // swift-subprocess closes all but the standard streams in a program, also one that another
        // thread starts before these calls.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return Pair(own: ends[0], child: ends[1])
    }

    /// A socket instead of a pipe: writing to one that was closed is an error where the writer
    /// says so, not a signal that ends the process.
    private static func socket() throws(StartFailure) -> Pair {
        var ends: [Int32] = [-1, -1]
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .lastError }
        var size = capacity
        setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        #if !os(Linux)
            var yes: Int32 = 1
            setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(4))
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        return Pair(own: ends[0], child: ends[1])
    }

    private static func empty() throws(StartFailure) -> Pair {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .lastError }
        return Pair(own: -1, child: descriptor)
    }
}

// Inside the structure the name `pipe` means its own method.
private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }

extension StartFailure {
    fileprivate static var lastError: StartFailure {
        StartFailure(reason: String(cString: strerror(errno)))
    }
}
