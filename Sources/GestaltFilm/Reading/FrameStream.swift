/// `ffmpeg` as it decodes a film: bytes of frames from one pipe, messages from another.
final class FrameStream {
    private let film: Film
    private let child: ChildProcess
    private(set) var log: ProgramLog
    private var areErrorsOpen = true
    private var taken = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 14)

    /// - Parameters:
    ///   - input: options before the film.
    ///   - filters: the chain of filters; its output are the frames.
    ///   - output: the form of the output.
    init(
        _ film: Film, input: [String] = [], filters: String, isChoosing: Bool,
        output: [String] = ["-f", "rawvideo", "pipe:1"]
    ) throws {
        self.film = film
        log = ProgramLog(isChoosing: isChoosing)
        let head = [
            "-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+level+info",
            "-protocol_whitelist", "file,pipe", "-copyts",
        ]
        let middle = [
            "-i", film.argument, "-map", "0:\(film.info.stream)", "-an", "-sn", "-dn", "-vf",
            filters, "-fps_mode", "passthrough", "-enc_time_base", "-1",
        ]
        child = try .started(
            film.programs.ffmpeg, head + input + middle + output, path: film.path)
    }

    func close() { child.close() }

    /// Fills the buffer with the bytes of a frame.
    ///
    /// - Parameters:
    ///   - frames: the number of frames so far, for errors.
    ///   - options: the choice of frames, for its end.
    /// - Returns: whether there is a frame; false at the end.
    /// - Throws: ``FilmError/interrupted(path:frames:reason:)``, also where the last frame is cut.
    func read(
        _ target: UnsafeMutableRawBufferPointer, frames: Int, until options: FilmOptions
    ) throws(FilmError) -> Bool {
        var filled = 0
        while filled < target.count {
            if filled == 0, log.waitingCount == 0, isPast(options) { return false }
            switch child.arrival(
                output: true, errors: areErrorsOpen, seconds: film.programs.silence)
            {
            case .errors: readMessages()
            case .output:
                let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
                let count = child.read(child.output, into: rest)
                if count > 0 {
                    filled += count
                    continue
                }
                if filled == 0 { return false }
                throw .interrupted(
                    path: film.path, frames: frames,
                    reason: "the last frame has \(filled) of \(target.count) bytes"
                        + " (\(try reason(frames)))")
            case .input, .silence:
                throw .interrupted(
                    path: film.path, frames: frames,
                    reason: child.hangReason(film.programs.silence))
            }
        }
        return true
    }

    /// The report of the frame that was read.
    func report(frames: Int) throws(FilmError) -> ProgramLog.Report {
        while true {
            if let report = log.next() { return report }
            guard areErrorsOpen,
                child.arrival(errors: true, seconds: film.programs.silence) == .errors
            else {
                throw .interrupted(
                    path: film.path, frames: frames, reason: "ffmpeg reports no time of the frame")
            }
            readMessages()
        }
    }

    /// Reads messages to their end, and passes on each report.
    func readReports(_ body: (ProgramLog.Report) throws -> Void) throws {
        while true {
            while let report = log.next() { try body(report) }
            guard areErrorsOpen else { return }
            guard child.arrival(errors: true, seconds: film.programs.silence) == .errors else {
                throw FilmError.interrupted(
                    path: film.path, frames: log.frameCount,
                    reason: child.hangReason(film.programs.silence))
            }
            readMessages()
        }
    }

    /// Whether the frame decoded last is behind all that are chosen.
    func isPast(_ options: FilmOptions) -> Bool {
        guard let last = log.last else { return false }
        if let numbers = options.numbers, last.number >= numbers.upperBound { return true }
        guard let end = options.end, let ticks = last.ticks, let base = log.timeBase else {
            return false
        }
        return Double(ticks) * Double(base.numerator) / Double(base.denominator) >= end
    }

    /// Reads the remaining messages and waits for the program's end.
    ///
    /// - Throws: ``FilmError/interrupted(path:frames:reason:)`` when it was killed or hangs.
    func ending(frames: Int) throws(FilmError) -> ChildProcess.Ending {
        while areErrorsOpen {
            guard child.arrival(errors: true, seconds: film.programs.silence) == .errors else {
                throw .interrupted(
                    path: film.path, frames: frames,
                    reason: child.hangReason(film.programs.silence))
            }
            readMessages()
        }
        guard let ending = child.wait(seconds: film.programs.silence) else {
            throw .interrupted(
                path: film.path, frames: frames, reason: child.hangReason(film.programs.silence))
        }
        if case .signaled(let signal) = ending {
            throw .interrupted(
                path: film.path, frames: frames, reason: child.signalReason(signal))
        }
        return ending
    }

    private func reason(_ frames: Int) throws(FilmError) -> String {
        let ending = try ending(frames: frames)
        return log.summary ?? "ffmpeg \(ending)"
    }

    private func readMessages() {
        let count = buffer.withUnsafeMutableBytes { child.read(child.errors, into: $0) }
        guard count > 0 else {
            areErrorsOpen = false
            log.finish()
            return
        }
        buffer.withUnsafeBytes { log.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}
