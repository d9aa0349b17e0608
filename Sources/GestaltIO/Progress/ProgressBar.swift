import Foundation
import Synchronization

/// A line on standard error with the progress of long work: fraction done, rate, time left.
///
/// On a terminal the line is redrawn in place; elsewhere a plain line is printed now and then.
/// Thread-safe.
public final class ProgressBar: Sendable {
    private let title: String
    private let unit: String
    private let start = ContinuousClock.now
    private let startCount: Int
    private let descriptor: Int32
    private let isTerminal: Bool
    private let state: Mutex<State>

    private struct State {
        var count: Int
        var total: Int
        var note = ""
        var lastDrawn: ContinuousClock.Instant?
        var isFinished = false
    }

    /// Pauses between two drawings.
    private static let terminalPause = Duration.milliseconds(100)
    private static let plainPause = Duration.seconds(10)

    /// - Parameters:
    ///   - startingAt: what had been done before this run, when it resumes one.
    ///   - output: where the line goes.
    public init(
        _ title: String, total: Int, unit: String = "steps", startingAt first: Int = 0,
        output: FileHandle = .standardError
    ) {
        self.title = title
        self.unit = unit
        startCount = first
        descriptor = output.fileDescriptor
        isTerminal = isatty(descriptor) == 1
        state = Mutex(State(count: first, total: total))
    }

    /// Shows that `count` units are done, with a note at the end of the line.
    /// - Parameter total: where the number of units was not known before.
    public func update(_ count: Int, of total: Int? = nil, note: String = "") {
        state.withLock { state in
            state.count = count
            if let total { state.total = total }
            if !note.isEmpty { state.note = note }
            let now = ContinuousClock.now
            let pause = isTerminal ? Self.terminalPause : Self.plainPause
            if now - (state.lastDrawn ?? start) < pause { return }
            state.lastDrawn = now
            draw(state, at: now)
        }
    }

    /// Draws the last state and leaves the line; nothing where nothing was counted. Only the first
    /// call does anything.
    public func finish() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            guard state.lastDrawn != nil || state.count != startCount else { return }
            draw(state, at: .now)
            if isTerminal { write("\n") }
        }
    }

    private func draw(_ state: State, at now: ContinuousClock.Instant) {
        let elapsed = (now - start) / .seconds(1)
        let line = Self.line(
            title: title, count: state.count, total: state.total, unit: unit,
            done: state.count - startCount, seconds: elapsed, note: state.note,
            barWidth: isTerminal ? 24 : 0)
        write(isTerminal ? "\r\u{1B}[2K" + line.prefix(columns - 1) : line + "\n")
    }

    /// The width of the terminal; a longer line would leave remains at each redrawing.
    private var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
        return Int(size.ws_col)
    }

    private func write(_ text: String) {
        // A closed terminal is no reason to stop training.
        _ = Array(text.utf8).withUnsafeBytes {
            Foundation.write(descriptor, $0.baseAddress, $0.count)
        }
    }

    /// The line as text.
    ///
    /// - Parameters:
    ///   - done: how many of the units were done in `seconds`.
    ///   - barWidth: cells of the bar; 0 draws none.
    package static func line(
        title: String, count: Int, total: Int, unit: String, done: Int, seconds: Double,
        note: String, barWidth: Int
    ) -> String {
        var parts = [title]
        if barWidth > 0, total > 0 {
            let filled = min(barWidth, count * barWidth / total)
            parts[0] +=
                " " + String(repeating: "█", count: filled)
                + String(repeating: "░", count: barWidth - filled)
        }
        parts[0] += total > 0 ? " \(count)/\(total)" : " \(count)"
        if done > 0, seconds > 0 {
            let rate = Double(done) / seconds
            parts.append(String(format: rate < 10 ? "%.2f" : "%.0f", rate) + " \(unit)/s")
            let isDone = count >= total
            parts.append(
                isDone ? "\(time(seconds)) in all" : "\(time(Double(total - count) / rate)) left")
        }
        if !note.isEmpty { parts.append(note) }
        return parts.joined(separator: "  ")
    }

    /// Seconds as people read them: `8 s`, `2:05`, `1:02:07`.
    public static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 3.6e8).rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, rest) }
        if whole >= 60 { return String(format: "%d:%02d", minutes, rest) }
        return "\(whole) s"
    }
}
