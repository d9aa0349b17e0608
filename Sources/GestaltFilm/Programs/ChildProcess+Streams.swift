#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ChildProcess {
    /// The outcome of waiting for a program.
    enum Arrival {
        /// Bytes or the end of a stream can be read, or bytes can be written.
        case output, errors, input
        /// Nothing happened within the time.
        case silence
    }

    /// Waits until one of the streams is ready; messages come before output.
    ///
    /// - Parameters:
    ///   - output: whether output is waited for.
    ///   - errors: whether messages are waited for.
    ///   - input: whether room in the program's input is waited for.
    ///   - seconds: the longest time.
    func arrival(
        output wantsOutput: Bool = false, errors wantsErrors: Bool = false,
        input wantsInput: Bool = false, seconds: Double
    ) -> Arrival {
        var list = [
            pollfd(fd: wantsErrors ? errors : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wantsOutput ? output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wantsInput ? input : -1, events: Int16(POLLOUT), revents: 0),
        ]
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while true {
            let left = (deadline - clock.now) / .milliseconds(1)
            let count = poll(&list, nfds_t(list.count), Int32(min(max(left, 0), 1e9)))
            if count > 0 { break }
            if count == 0, clock.now >= deadline { return .silence }
        }
        if list[0].revents != 0 { return .errors }
        return list[1].revents != 0 ? .output : .input
    }

    /// Reads what a stream has, at most the buffer; waits for the first byte.
    ///
    /// - Returns: the number of bytes; 0 at the end.
    func read(_ stream: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = systemRead(stream, buffer)
            if count < 0, errno == EINTR { continue }
            return max(count, 0)
        }
    }

    /// Writes to the program's input what there is room for.
    ///
    /// - Returns: the number of bytes; nil when the program reads no longer.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
        while true {
            #if os(Linux)
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            #else
                let flags = MSG_DONTWAIT
            #endif
            let count = send(input, bytes.baseAddress, bytes.count, flags)
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
            if errno != EINTR { return nil }
        }
    }
}

// Inside the class the name `read` means its own method.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
