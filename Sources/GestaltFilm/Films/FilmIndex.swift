import GestaltChecks
import GestaltData

/// The times of all frames of a film, found by decoding it once.
///
/// Containers claim counts and rates that are often wrong, and lists of packets are not lists of
/// frames; so nothing less tells them for sure. Eight bytes for each frame are kept.
public struct FilmIndex: Sendable, Hashable {
    /// The time of each frame in seconds, in display order.
    public let times: [Double]
    /// The numbers of frames from which decoding can begin.
    public let keyFrames: [Int]
    /// Remarks on the film: damage, missing frames.
    public let remarks: [FilmRemark]

    /// The number of frames.
    public var count: Int { times.count }

    /// Whether times name frames: each is after the one before.
    var hasRisingTimes: Bool { zip(times, times.dropFirst()).allSatisfy { $0 < $1 } }

    /// The number of the frame of exactly this time; nil for none.
    func number(at time: Double) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low < count && times[low] == time ? low : nil
    }
}

extension Film {
    /// Decodes the film without keeping frames, and notes their times.
    ///
    /// - Throws: ``FilmError``: no frame can be read, `ffmpeg` is killed or hangs.
    public func index() throws -> FilmIndex {
        let stream = try FrameStream(
            self, filters: "\(ProgramLog.allFrames)=checksum=0,setpts=N", isChoosing: false,
            output: ["-f", "null", "-"])
        defer { stream.close() }
        var clock = FrameClock(framesPerSecond: info.framesPerSecond)
        var (times, keys): ([Double], [Int]) = ([], [])
        try stream.readReports { report in
            if report.isKey { keys.append(report.number) }
            times.append(clock.time(of: report, stream.log.timeBase))
        }
        let ending = try stream.ending(frames: times.count)
        return FilmIndex(
            times: times, keyFrames: keys,
            remarks: try remarks(stream.log, ending, estimates: clock.estimates))
    }

    /// The frames of a range of numbers; of these the first of each interval of `1 / rate` seconds;
    /// and of these every `stride`-th from the first on.
    ///
    /// Decoding begins at a key frame before the range where the container has an index of its own;
    /// that the right frames come is checked, and otherwise the film is decoded from its beginning.
    ///
    /// - Precondition: the range is not empty and within the index, stride and rate are positive.
    public func frames(
        numbered range: Range<Int>, rate: Double? = nil, stride: Int = 1, in index: FilmIndex
    ) throws -> [FilmFrame] {
        require(
            !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= index.count,
            "Film.frames(numbered: \(range)): '\(path)' has \(index.count) frames")
        let inRange = FilmTimes(rate: rate).frames(of: index.times[range])
        let wanted = Swift.stride(from: 0, to: inRange.count, by: stride)
            .map { inRange[$0] + range.lowerBound }
        var options = FilmOptions()
        (options.rate, options.stride, options.strideBegins) = (rate, stride, .atFirst)
        options.check()
        if index.hasRisingTimes, Self.seekable.contains(where: info.container.contains),
            let key = index.keyFrames.last(where: { $0 <= range.lowerBound }), key > 0
        {
            let found = try seek(range, options, index, from: index.times[key])
            if found.map(\.number) == wanted { return found }
        }
        options.numbers = range
        let reader = try FilmReader(self, options, seek: nil)
        var found: [FilmFrame] = []
        while let frame = try reader.next() { found.append(frame) }
        guard found.map(\.number) == wanted else {
            throw FilmError.interrupted(
                path: path, frames: found.count,
                reason: "\(wanted.count) frames were there when the film was opened")
        }
        return found
    }

    /// Containers whose index of key frames can be relied on.
    private static let seekable = ["mp4", "matroska"]

    private func seek(
        _ range: Range<Int>, _ chosen: FilmOptions, _ index: FilmIndex, from time: Double
    ) throws -> [FilmFrame] {
        func between(_ frame: Int) -> Double? {
            guard frame > 0, frame < index.count else { return nil }
            return (index.times[frame - 1] + index.times[frame]) / 2
        }
        var options = chosen
        (options.start, options.end) = (between(range.lowerBound), between(range.upperBound))
        let reader = try FilmReader(self, options, seek: time)
        var found: [FilmFrame] = []
        while found.count <= range.count, var frame = try reader.next() {
            guard let number = index.number(at: frame.time) else { return [] }
            frame.number = number
            found.append(frame)
        }
        return found
    }
}
