import GestaltTensor

/// The frames of a film, one after the other, decoded by `ffmpeg` while they are asked for.
///
/// A few frames wait in the pipe, no more, whatever the length of the film. One thread at a time
/// may read. The program ends with the film, on ``close()``, and when the reader is released.
public final class FilmReader {
    /// Rows and columns of the frames.
    public let height: Int
    public let width: Int
    /// Remarks on the film, complete when ``next()`` has returned nil: damage, missing frames.
    public private(set) var remarks: [FilmRemark] = []

    private let film: Film
    private let options: FilmOptions
    private let transfer: FrameTransfer
    private let stream: FrameStream
    private var clock: FrameClock
    private var count = 0
    private var isOver = false
    private var planes: [UInt8] = []

    /// - Parameter seek: a time at or before the first chosen frame, at which decoding may begin.
    ///   Numbers then count from there.
    init(_ film: Film, _ options: FilmOptions, seek: Double?) throws {
        self.film = film
        self.options = options
        transfer = FrameTransfer(film.info, options)
        (height, width) = (transfer.height, transfer.width)
        clock = FrameClock(framesPerSecond: film.info.framesPerSecond)
        stream = try FrameStream(
            film,
            input: seek.map { ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", "\($0)"] }
                ?? [],
            filters: transfer.filters, isChoosing: options.isChoosing)
        if !transfer.isDirect { planes = [UInt8](repeating: 0, count: transfer.byteCount) }
    }

    /// Reads the next frame; nil after the last one.
    ///
    /// - Throws: ``FilmError``: no frame at all can be read, `ffmpeg` is killed or hangs.
    public func next() throws -> FilmFrame? {
        guard !isOver else { return nil }
        do {
            if count == options.limit ?? .max {
                close()
                return nil
            }
            guard let pixels = try readPixels() else {
                try end()
                return nil
            }
            let report = try stream.report(frames: count)
            let time = clock.time(of: report, stream.log.timeBase)
            count += 1
            return FilmFrame(number: report.number, time: time, pixels: pixels)
        } catch {
            close()
            throw error
        }
    }

    /// Ends the program; ``next()`` then returns nil.
    public func close() {
        isOver = true
        stream.close()
    }

    /// The next frame's pixels; nil at the end.
    private func readPixels() throws -> Tensor<UInt8>? {
        let bytes = transfer.byteCount
        if !transfer.isDirect {
            let isWhole = try planes.withUnsafeMutableBytes {
                try stream.read($0, frames: count, until: options)
            }
            guard isWhole else { return nil }
            return planes.withUnsafeBufferPointer { transfer.pixels($0.baseAddress!) }
        }
        var isWhole = false
        let pixels = try Tensor<UInt8>(uninitialized: [height, width, 3]) { target in
            isWhole = try stream.read(
                UnsafeMutableRawBufferPointer(start: target.baseAddress, count: bytes),
                frames: count, until: options)
        }
        return isWhole ? pixels : nil
    }

    /// Judges the end of the film.
    private func end() throws {
        isOver = true
        defer { stream.close() }
        let isStopped = stream.isPast(options)
        let ending = isStopped ? nil : try stream.ending(frames: count)
        remarks = try film.remarks(stream.log, ending, estimates: clock.estimates)
    }
}

extension Film {
    /// Judges the messages of a film that was read.
    ///
    /// - Parameter ending: of the program; nil where it was ended before the film was.
    /// - Throws: ``FilmError/unreadable(path:expected:found:)`` where there was no frame.
    func remarks(
        _ log: ProgramLog, _ ending: ChildProcess.Ending?, estimates: Int
    ) throws(FilmError) -> [FilmRemark] {
        guard log.frameCount > 0 else {
            throw .unreadable(
                path: path, expected: "frames", found: log.summary.map { "none: \($0)" } ?? "none")
        }
        var remarks: [FilmRemark] = []
        func add(_ message: String, isDamage: Bool = false) {
            remarks.append(FilmRemark(path: path, isDamage: isDamage, message))
        }
        if estimates > 0 {
            add(
                "\(estimates) frame\(estimates == 1 ? "" : "s") without a time; the nominal rate "
                    + "fills in")
        }
        if log.changesSize { add("frames of several sizes are brought to that of the first") }
        if let summary = log.summary {
            let promised = ending == nil ? nil : info.largestClaim
            let missing = promised.flatMap { $0 > log.frameCount ? $0 : nil }
                .map { ", \(log.frameCount) of \($0) frames read" }
            add("damaged\(missing ?? ""): \(summary)", isDamage: true)
        } else if let ending, ending != .exited(0) {
            add("ffmpeg ended early (\(ending))", isDamage: true)
        }
        return remarks
    }
}

/// The times of frames, with estimates where the film has none.
struct FrameClock {
    private let step: Double
    private var before: Double?
    private(set) var estimates = 0

    init(framesPerSecond: Double?) { step = framesPerSecond.map { 1 / $0 } ?? 0 }

    mutating func time(
        of report: ProgramLog.Report, _ base: (numerator: Int, denominator: Int)?
    ) -> Double {
        let time: Double
        if let ticks = report.ticks, let base {
            time = Double(ticks) * Double(base.numerator) / Double(base.denominator)
        } else {
            time = before.map { $0 + step } ?? 0
            estimates += 1
        }
        before = time
        return time
    }
}
