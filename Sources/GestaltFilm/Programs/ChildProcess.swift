import Dispatch
import Subprocess
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A running program with pipes to it, for callers that are not asynchronous.
///
/// swift-subprocess starts the program in a process group of its own and collects its exit code;
/// the pipes belong to this object, which reads and writes them on the caller's thread. One thread
/// at a time may use it. ``close()``, also called on deinitialization, ends the program and leaves
/// no zombie.
final class ChildProcess {
    /// The end of a program.
    enum Ending: Equatable {
        case exited(Int32)
        case signaled(Int32)
    }

    let program: String
    private let identifier: pid_t
    private let hold: Hold
    private(set) var output: Int32
    private(set) var errors: Int32
    /// The program's standard input; -1 where it has none.
    private(set) var input: Int32
    private var ending: Ending?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - hasInput: whether something is written to it; otherwise its input is empty.
    /// - Throws: ``StartFailure``.
    init(
        _ program: String, _ arguments: [String], hasInput: Bool = false
    ) throws(StartFailure) {
        self.program = program
        let pipes = try ProgramPipes(hasInput: hasInput)
        let start = ProgramStart(program: program, arguments: arguments, pipes: pipes)
        start.begin()
        pipes.closeChildEnds()
        switch start.wait() {
        case .success(let identifier): self.identifier = identifier
        case .failure(let failure):
            pipes.closeOwnEnds()
            throw failure
        }
        hold = start.hold
        (output, errors, input) = (pipes.output.own, pipes.errors.own, pipes.input.own)
    }

    deinit { close() }

    /// Closes the program's input, so that it sees the end.
    func closeInput() {
        guard input >= 0 else { return }
        _ = systemClose(input)
        input = -1
    }

    /// Ends the program where it still runs, and releases everything; later calls do nothing.
    func close() {
        closeInput()
        if ending == nil {
            if kill(-identifier, SIGKILL) != 0 { kill(identifier, SIGKILL) }
            _ = wait(seconds: 10)
        }
        for descriptor in [output, errors] where descriptor >= 0 { _ = systemClose(descriptor) }
        (output, errors) = (-1, -1)
    }

    /// Waits for the program's end.
    ///
    /// - Returns: the end; nil when the program still runs after `seconds`.
    func wait(seconds: Double) -> Ending? {
        if let ending { return ending }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        var pause: useconds_t = 100
        while true {
            var status = siginfo_t()
            // The exit code is read and left in place: swift-subprocess collects it.
            let result = waitid(
                P_PID, id_t(identifier), &status, WEXITED | WNOHANG | WNOWAIT)
            if result == 0, status.si_signo == SIGCHLD {
                let code = status.exitStatus
                ending = status.si_code == CLD_EXITED ? .exited(code) : .signaled(code)
                break
            }
            if result != 0, errno != EINTR {
                ending = .exited(0)
                break
            }
            guard clock.now < deadline else { return nil }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
        hold.release()
        waitUntilCollected()
        return ending
    }

    /// Waits until swift-subprocess has collected the exit code: until then it is a zombie.
    private func waitUntilCollected() {
        for _ in 0..<20_000 {
            var status = siginfo_t()
            let result = waitid(P_PID, id_t(identifier), &status, WEXITED | WNOHANG | WNOWAIT)
            if result != 0, errno == ECHILD { return }
            usleep(200)
        }
    }

    private func systemClose(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #elseif canImport(Musl)
            Musl.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }
}

extension siginfo_t {
    fileprivate var exitStatus: Int32 {
        #if canImport(Glibc)
            _sifields._sigchld.si_status
        #elseif canImport(Musl)
            __si_fields.__si_common.__second.__sigchld.si_status
        #else
            si_status
        #endif
    }
}
