import Foundation
import GestaltChecks
import GestaltTensor
import Synchronization

/// An mp4 film that is written frame by frame: H.264 in yuv420p, which browsers play.
///
/// ```swift
/// let writer = try FilmWriter(path: "out.mp4", height: 96, width: 128, framesPerSecond: 25)
/// for gray in 0..<50 {
///     try writer.append(Tensor(repeating: UInt8(gray), shape: [96, 128, 3]))
/// }
/// try writer.finish()
/// ```
/// The film appears under its name when ``finish()`` succeeds; until then, and after ``cancel()``
/// or release, there is none. Odd sizes are made even by repeating the last row or column. One
/// thread at a time may write.
public final class FilmWriter {
    public let path: String
    public let height: Int
    public let width: Int
    public let framesPerSecond: Double
    /// The number of frames appended.
    public private(set) var count = 0

    private let programs: FilmPrograms
    private let stream: MatroskaStream
    private let temporaryPath: String
    private let child: ChildProcess
    private var log = ProgramLog(isChoosing: false)
    private var areErrorsOpen = true
    private var firstTime = 0.0
    private var lastTime = -1
    private var isOver = false

    // Distinguishes the temporary files of writers in one process.
    private static let serial = Atomic<Int>(0)

    /// - Parameters:
    ///   - framesPerSecond: the rate of frames without times.
    ///   - quality: the constant rate factor of x264, 0 (lossless) to 51 (worst).
    ///   - effort: the time for each frame; with less the file is larger.
    /// - Throws: ``FilmError``: `ffmpeg` is not installed or cannot be started.
    /// - Precondition: sizes and rate are positive, quality is in range.
    public convenience init(
        path: String, height: Int, width: Int, framesPerSecond: Double, quality: Int = 18,
        effort: Effort = .usual
    ) throws {
        try self.init(
            path: path, height: height, width: width, framesPerSecond: framesPerSecond,
            quality: quality, effort: effort, programs: .installed())
    }

    /// The time that encoding takes.
    public enum Effort: String, Sendable {
        case usual = "medium"
        /// About a third of it, for films that are written while the processors have other work.
        case low = "veryfast"
    }

    /// As ``init(path:height:width:framesPerSecond:quality:effort:)`` with programs of one's own.
    public init(
        path: String, height: Int, width: Int, framesPerSecond: Double, quality: Int = 18,
        effort: Effort = .usual, programs: FilmPrograms
    ) throws {
        require(
            height > 0 && width > 0 && framesPerSecond > 0 && framesPerSecond.isFinite
                && (0...51).contains(quality),
            "FilmWriter: \(height) × \(width), \(framesPerSecond) frames a second, "
                + "quality \(quality)")
        (self.path, self.height, self.width) = (path, height, width)
        (self.framesPerSecond, self.programs) = (framesPerSecond, programs)
        stream = MatroskaStream(
            height: height + height % 2, width: width + width % 2,
            frameDuration: Int((1e9 / framesPerSecond).rounded()))
        let number = Self.serial.add(1, ordering: .relaxed).newValue
        temporaryPath = "\(path).part-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        child = try .started(
            programs.ffmpeg, Self.arguments(quality, effort, temporaryPath), path: path,
            hasInput: true)
        try send(stream.header)
    }

    deinit { cancel() }

    /// Appends a frame `[height, width, 3]`.
    ///
    /// - Parameter time: seconds; by default the number of the frame divided by the rate. The film
    ///   begins with its first frame, so only differences count.
    /// - Throws: ``FilmError``: a time that is not at least a microsecond after the one before, a
    ///   full disk, an `ffmpeg` that ended or hangs.
    /// - Precondition: the shape is as above, the film not finished.
    public func append(_ frame: Tensor<UInt8>, time: Double? = nil) throws {
        require(
            frame.shape == [height, width, 3],
            "FilmWriter.append: \(frame.shape), expected [\(height), \(width), 3]")
        require(!isOver, "FilmWriter.append: \(path) is finished")
        let time = time ?? Double(count) / framesPerSecond
        if count == 0 { firstTime = time }
        let microseconds = ((time - firstTime) * 1e6).rounded()
        guard microseconds.isFinite, abs(microseconds) < 1e15, Int(microseconds) > lastTime else {
            throw FilmError.unwritable(
                path: path, expected: "a time after \(Double(lastTime) / 1e6 + firstTime) seconds",
                found: "\(time)")
        }
        lastTime = Int(microseconds)
        try send(stream.frameHeader(microseconds: lastTime))
        try sendPixels(frame)
        count += 1
    }

    /// Finishes the film and puts it in place.
    ///
    /// - Throws: ``FilmError``; nothing is left then.
    /// - Precondition: the film is not finished.
    public func finish() throws {
        require(!isOver, "FilmWriter.finish: \(path) is finished")
        guard count > 0 else {
            cancel()
            throw FilmError.unwritable(path: path, expected: "frames", found: "none")
        }
        child.closeInput()
        try readMessages()
        // The head is moved to the front, for which the film is copied once.
        guard let ending = child.wait(seconds: programs.silence) else {
            throw failure(child.hangReason(programs.silence))
        }
        guard ending == .exited(0) else { throw failure(reason(ending)) }
        isOver = true
        child.close()
        guard rename(temporaryPath, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporaryPath)
            throw FilmError.unwritable(path: path, expected: "a place for a film", found: reason)
        }
    }

    /// Ends without a film; later calls do nothing.
    public func cancel() {
        guard !isOver else { return }
        isOver = true
        child.close()
        unlink(temporaryPath)
    }

    private static func arguments(
        _ quality: Int, _ effort: Effort, _ path: String
    ) -> [String] {
        [
            "-hide_banner", "-nostats", "-loglevel", "repeat+level+error", "-y",
            "-f", "matroska", "-i", "pipe:0", "-map", "0:v:0", "-vf",
            "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p",
            "-fps_mode", "passthrough", "-enc_time_base", "-1", "-c:v", "libx264",
            "-preset", effort.rawValue, "-crf", "\(quality)",
            // With frames out of order, ffmpeg 5.1 writes too short a duration for varying rates.
            "-bf", "0", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-color_range", "tv", "-video_track_timescale", "90000", "-movflags", "+faststart",
            "-f", "mp4", "file:" + path,
        ]
    }

    /// Sends the frame, an odd size made even.
    private func sendPixels(_ frame: Tensor<UInt8>) throws {
        guard height % 2 == 1 || width % 2 == 1 else {
            return try frame.withScalars { try send(UnsafeRawBufferPointer($0)) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stream.byteCount)
        frame.withScalars { pixels in
            for row in 0..<stream.height {
                let start = min(row, height - 1) * width * 3
                bytes += pixels[start..<(start + width * 3)]
                if width % 2 == 1 {
                    bytes += pixels[(start + (width - 1) * 3)..<(start + width * 3)]
                }
            }
        }
        try send(bytes)
    }

    private func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try send($0) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws {
        var sent = 0
        while sent < bytes.count {
            switch child.arrival(
                errors: areErrorsOpen, input: true, seconds: programs.silence)
            {
            case .errors: readSome()
            case .input:
                guard let count = child.write(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
                else {
                    try readMessages()
                    let ending = child.wait(seconds: programs.silence)
                    throw failure(
                        ending.map(reason) ?? "ffmpeg reads no longer")
                }
                sent += count
            case .output, .silence: throw failure(child.hangReason(programs.silence))
            }
        }
    }

    /// Reads messages to their end.
    private func readMessages() throws {
        while areErrorsOpen {
            // Frames at the end are still being encoded, and the film is copied.
            guard child.arrival(errors: true, seconds: 5 * programs.silence) == .errors else {
                throw failure(child.hangReason(5 * programs.silence))
            }
            readSome()
        }
    }

    private func readSome() {
        let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = child.read(child.errors, into: buffer)
            log.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
        if count == 0 {
            areErrorsOpen = false
            log.finish()
        }
    }

    private func reason(_ ending: ChildProcess.Ending) -> String {
        if case .signaled(let signal) = ending { return child.signalReason(signal) }
        let words = log.summary?.replacing("file:\(temporaryPath): ", with: "")
        return words ?? "ffmpeg \(ending)"
    }

    /// Ends without a film and returns the error.
    private func failure(_ reason: String) -> FilmError {
        cancel()
        return .interrupted(path: path, frames: count, reason: reason)
    }
}
