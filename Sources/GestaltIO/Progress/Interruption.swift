import Foundation
import Synchronization

/// A request to stop that long work obeys at its next safe point: the library's one form of
/// cancellation. Work that takes a ``ProgressHandler`` is stopped by calling ``check()`` in it.
///
/// ``process`` is raised by Ctrl-C, SIGTERM and SIGHUP, of a closed terminal, once
/// ``handleSignals()`` was called; a program with a stop button, or a test, makes one of its own.
public final class Interruption: Sendable {
    private let requested = Atomic<Bool>(false)

    public init() {}

    /// The one that signals raise.
    public static let process = Interruption()

    /// Whether somebody asked to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// - Throws: ``Interrupted`` where a stop was requested.
    public func check() throws(Interrupted) {
        if isRequested { throw Interrupted() }
    }

    /// Requests a stop, as Ctrl-C does.
    public func request() { requested.store(true, ordering: .relaxed) }

    /// Forgets an earlier request.
    public func clear() { requested.store(false, ordering: .relaxed) }

    /// Makes the first Ctrl-C (SIGINT), SIGTERM or SIGHUP a request; the second of a kind ends the
    /// process as usual. A process that was started to ignore SIGHUP, by `nohup`, ignores it.
    public static func handleSignals() {
        // Made here: a handler must not be the first to touch it.
        _ = process
        // A program that was started from a thread which blocks signals, as those of dispatch
        // queues do, inherits that.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number) { number in
                Interruption.process.request()
                signal(number, SIG_DFL)
            }
            if number == SIGHUP, isIgnore(before) { signal(number, SIG_IGN) }
        }
    }

    /// Handlers are functions, which do not compare; addresses do.
    private static func isIgnore(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// The end of work whose ``Interruption`` was requested.
public struct Interrupted: Error, Equatable, CustomStringConvertible {
    public init() {}

    public var description: String { "interrupted" }
}
