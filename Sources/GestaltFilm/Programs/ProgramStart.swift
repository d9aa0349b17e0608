import Dispatch
import Subprocess
import Synchronization

/// A program that could not be started.
struct StartFailure: Error {
    let reason: String
}

/// The start of a program: what crosses from asynchronous code to the waiting caller.
final class ProgramStart: Sendable {
    let hold = Hold()
    private let program: String
    private let arguments: [String]
    private let pipes: ProgramPipes
    private let semaphore = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Result<pid_t, StartFailure>?>(nil)

    init(program: String, arguments: [String], pipes: ProgramPipes) {
        self.program = program
        self.arguments = arguments
        self.pipes = pipes
    }

    /// Starts the program; its descriptors are copied when this returns.
    func begin() {
        Task.detached(executorPreference: ProcessExecutor.shared) { [self] in await run() }
        semaphore.wait()
    }

    func wait() -> Result<pid_t, StartFailure> {
        outcome.withLock { $0 } ?? .failure(StartFailure(reason: "it was not started"))
    }

    private func run() async {
        var options = PlatformOptions()
        // Ctrl-C in a terminal is for this program, which ends the others itself.
        options.processGroupID = 0
        let pipes = pipes
        do {
            _ = try await Subprocess.run(
                .path(literal(program)), arguments: Arguments(arguments), platformOptions: options,
                input: .fileDescriptor(
                    value(pipes.input.child), closeAfterSpawningProcess: false),
                output: .fileDescriptor(
                    value(pipes.output.child), closeAfterSpawningProcess: false),
                error: .fileDescriptor(value(pipes.errors.child), closeAfterSpawningProcess: false)
            ) { execution in
                settle(.success(execution.processIdentifier.value))
                await hold.wait()
            }
        } catch {
            settle(.failure(StartFailure(reason: "\(error)")))
        }
    }

    /// Keeps the first outcome.
    private func settle(_ result: Result<pid_t, StartFailure>) {
        let isFirst = outcome.withLock { outcome in
            if outcome != nil { return false }
            outcome = result
            return true
        }
        if isFirst { semaphore.signal() }
    }
}

/// swift-subprocess takes paths and descriptors as types of swift-system, which this package does
/// not import; their protocols make them from plain values.
private func literal<Path: ExpressibleByStringLiteral>(_ text: String) -> Path
where Path.StringLiteralType == String { Path(stringLiteral: text) }

private func value<Descriptor: RawRepresentable>(_ raw: Descriptor.RawValue) -> Descriptor {
    Descriptor(rawValue: raw)!
}

/// A door that opens once.
///
/// swift-subprocess collects the exit code of a program when its body ends. The body waits here
/// until the caller has seen the exit code: `run` itself returns by way of Swift's pool, whose
/// threads the callers may block.
final class Hold: Sendable {
    private struct State {
        var isOpen = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting = continuation }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func release() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
