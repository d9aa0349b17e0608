import GestaltData
import GestaltTensor

/// The clips of a film: the film, or parts of one length where it is long.
///
/// A part has at most ``partBytes`` of pixels and is read when it is asked for, so a film of any
/// length takes the memory of a few parts. Clips have a timeline with the numbers and times of
/// their frames.
public struct FilmClips: ClipSource {
    /// Bytes of pixels in a part, unless eight frames take more.
    public static let partBytes = 64 << 20

    private let film: Film
    private let name: String
    private let options: ClipOptions
    private let content: Content

    private enum Content: Sendable {
        /// One clip, the beginning of the film or all of it.
        case whole(largestCount: Int)
        /// Ranges of frames.
        case parts([Range<Int>], FilmIndex)
    }

    /// Looks at the film's head; a film that may be longer than a part is decoded once, to count
    /// its frames.
    ///
    /// - Parameters:
    ///   - name: of the clips.
    ///   - programs: nil searches for them.
    /// - Throws: `ClipError.unreadable`: `ffmpeg` is not installed, the file is no film.
    public init(
        path: String, name: String, options: ClipOptions = ClipOptions(),
        programs: FilmPrograms? = nil
    ) throws {
        self.name = name
        self.options = options
        let (film, content) = try Self.translated(path) {
            let film = try Film(contentsOf: path, programs: programs ?? .installed())
            return (film, try Self.content(film, options))
        }
        (self.film, self.content) = (film, content)
    }

    public var count: Int {
        switch content {
        case .whole: 1
        case .parts(let ranges, _): ranges.count
        }
    }

    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }
    public var description: String { "\(count == 1 ? "a clip" : "\(count) clips") of \(film.path)" }

    public var remarks: [String] {
        guard case .parts(let ranges, let index) = content else { return [] }
        return index.remarks.map(\.description) + [
            "\(film.path): \(index.count) frames are read as \(ranges.count) clips"
        ]
    }

    public func clip(at index: Int) throws -> Clip { try pieces(at: index).clips[0] }

    public func pieces(at index: Int) throws -> ClipPieces {
        try Self.translated(film.path) {
            switch content {
            case .whole(let largest): return try whole(largest)
            case .parts(let ranges, let times):
                let range = ranges[index]
                let frames = try film.frames(
                    numbered: range, rate: options.times.rate, stride: options.stride, in: times)
                var result = ClipPieces(clips: [
                    clip(frames, "\(name)/\(range.lowerBound)-\(range.upperBound - 1)")
                ])
                result.isSampled = true
                return result
            }
        }
    }

    /// All frames as one clip, or the first ones.
    private func whole(_ largestCount: Int) throws -> ClipPieces {
        var reading = FilmOptions()
        (reading.start, reading.end) = (options.times.start, options.times.end)
        (reading.rate, reading.stride) = (options.times.rate, options.stride)
        reading.strideBegins = .atFirst
        // One frame more shows whether there are more.
        reading.limit = (options.frames ?? largestCount) + 1
        let reader = try film.frames(reading)
        var frames: [FilmFrame] = []
        while let frame = try reader.next() { frames.append(frame) }
        let isLonger = frames.count == reading.limit
        if isLonger { frames.removeLast() }
        guard !isLonger || options.frames != nil else {
            throw FilmError.unreadable(
                path: film.path,
                expected: "at most \(largestCount) frames, as the film's head says",
                found: "more")
        }
        guard !frames.isEmpty else {
            throw FilmError.unreadable(
                path: film.path, expected: "frames in the range of time", found: "none")
        }
        var result = ClipPieces(
            clips: [clip(frames, name)], remarks: reader.remarks.map(\.description))
        (result.isSampled, result.isCut) = (true, isLonger)
        return result
    }

    private func clip(_ frames: [FilmFrame], _ name: String) -> Clip {
        Clip(
            name: name, frames: stacked(frames.map(\.pixels), axis: 0),
            timeline: ClipTimeline(numbers: frames.map(\.number), times: frames.map(\.time)))
    }

    private static func content(_ film: Film, _ options: ClipOptions) throws -> Content {
        let most = max(8, partBytes / (film.info.height * film.info.width * 3))
        if let frames = options.frames { return .whole(largestCount: frames) }
        if let claim = film.info.largestClaim(options.times), claim / options.stride < most {
            // Claims may be too low; four parts still fit into memory.
            return .whole(largestCount: 4 * most)
        }
        let index = try film.index()
        let chosen = options.times.frames(of: index.times)
        guard let last = chosen.last else {
            throw FilmError.unreadable(
                path: film.path, expected: "frames in the range of time",
                found: "frames of \(index.times[0]) to \(index.times[index.count - 1]) seconds")
        }
        let count = (chosen.count - 1) / options.stride + 1
        let parts = (count - 1) / most + 1
        let length = ((count - 1) / parts + 1) * options.stride
        let ranges = stride(from: 0, to: chosen.count, by: length).map { start in
            let next = start + length
            return chosen[start]..<(next < chosen.count ? chosen[next] : last + 1)
        }
        return .parts(Array(ranges.prefix(options.limit ?? .max)), index)
    }

    /// Errors of films as errors of clips, which those who read clips expect.
    private static func translated<Result>(
        _ path: String, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as FilmError {
            throw ClipError.unreadable(path: path, reason: error.reason)
        }
    }
}
