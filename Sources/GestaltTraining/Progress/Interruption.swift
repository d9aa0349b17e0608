import Foundation
import Synchronization

/// A request to stop that long work asks for and obeys at its next safe point.
///
/// ``process`` is raised by Ctrl-C and SIGTERM once ``handleSignals()`` was called; a program with a
/// stop button, or a test, makes one of its own.
public final class Interruption: Sendable {
    private let requested = Atomic<Bool>(false)

    public init() {}

    /// The one that signals raise.
    public static let process = Interruption()

    /// Whether somebody asked to stop.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Asks as Ctrl-C does.
    public func request() { requested.store(true, ordering: .relaxed) }

    /// Forgets an earlier request.
    public func clear() { requested.store(false, ordering: .relaxed) }

    /// Makes the first Ctrl-C (SIGINT) or SIGTERM a request; the second ends the process as usual.
    public static func handleSignals() {
        // Made here: a handler must not be the first to touch it.
        _ = process
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interruption.process.request()
                signal(number, SIG_DFL)
            }
        }
    }
}
