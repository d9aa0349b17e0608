import Foundation
import GestaltMedia
import GestaltTensor

/// A picture under a name fit for a file: `street`, `clip3/0007`.
public struct NamedPicture: Sendable {
    /// Without an ending; folders separated by `/`. No other picture of a ``PictureListing`` has it.
    public let name: String
    /// The name in errors.
    public let path: String
    /// The time in the film, in seconds; nil for pictures of no film.
    public let time: Double?
    private let content: Content

    private enum Content: Sendable {
        case file
        case frame(Tensor<UInt8>)
        /// A frame of a clip that is read when it is asked for.
        case part(any ClipSource, clip: Int, frame: Int)
    }

    /// A file, read when asked for.
    init(name: String, file: String) {
        self.name = name
        path = file
        time = nil
        content = .file
    }

    init(name: String, path: String, frame: Tensor<UInt8>, time: Double? = nil) {
        self.name = name
        self.path = path
        self.time = time
        content = .frame(frame)
    }

    /// A frame of a clip of a source, read when asked for.
    init(
        name: String, path: String, time: Double?, source: any ClipSource, clip: Int, frame: Int
    ) {
        self.name = name
        self.path = path
        self.time = time
        content = .part(source, clip: clip, frame: frame)
    }

    /// The picture `[H, W, 3]`.
    /// - Throws: `MediaError` for a file that is damaged.
    public func read() throws -> Tensor<UInt8> {
        switch content {
        case .file: try Image.read(path)
        case .frame(let frame): frame
        case .part(let source, let clip, let frame): try source.clip(at: clip).frames[frame]
        }
    }
}

/// Pictures that follow each other in one place: the picture files of a folder, or the frames of
/// clips in one file. A model that sees clips takes them together.
public struct PictureGroup: Sendable {
    /// The folder or the file.
    public let path: String
    let content: Content

    enum Content: Sendable {
        case files([NamedPicture])
        /// Clips behind a path, their names beginning with `prefix`.
        case clips(prefix: String)
    }

    /// The name of a file of clips, with which the names of its pictures begin; nil for files of
    /// pictures.
    public var clipsName: String? {
        guard case .clips(let prefix) = content else { return nil }
        return prefix
    }

    /// The number of pictures; nil until a file of clips has been read.
    public var count: Int? {
        switch content {
        case .files(let pictures): pictures.count
        case .clips: nil
        }
    }

    /// The pictures in order; files of clips are read here, files of pictures are not. Of films,
    /// the frames are counted here and read with each picture: a few clips are in memory at a time.
    /// - Throws: what readers of clips throw.
    public func pictures(_ options: ClipOptions) throws -> [NamedPicture] {
        guard case .clips(let prefix) = content else { return files }
        if let film = try film(options) { return try film.pictures(prefix, path) }
        return try clips(prefix, options).flatMap { clip, names in
            names.enumerated().map { frame, name in
                NamedPicture(
                    name: name, path: "\(path), \(clip.name), frame \(frame)",
                    frame: clip.frames[frame])
            }
        }
    }

    /// Passes on the pictures as clips, each with a name for every frame; files of pictures are
    /// read here. Of films, one clip is in memory at a time.
    /// - Throws: `ClipError.mismatchedShapes` for pictures of several sizes in one folder, what
    ///   readers and `body` throw.
    public func forEachClip(
        _ options: ClipOptions, _ body: (_ clip: Clip, _ names: [String]) throws -> Void
    ) throws {
        if case .clips(let prefix) = content, let film = try film(options) {
            for index in 0..<film.count {
                let clip = try film.clip(at: index)
                try body(clip, FilmPictures.names(of: clip.timeline, clip.frameCount, prefix))
            }
            return
        }
        for (clip, names) in try clips(options) { try body(clip, names) }
    }

    /// The pictures as clips, all in memory, each with a name for every frame.
    /// - Throws: as ``forEachClip(_:_:)``.
    public func clips(_ options: ClipOptions) throws -> [(clip: Clip, names: [String])] {
        if case .clips(let prefix) = content { return try clips(prefix, options) }
        var frames: [Tensor<UInt8>] = []
        for picture in files {
            let frame = try picture.read()
            if let first = frames.first, first.shape != frame.shape {
                throw ClipError.mismatchedShapes(
                    path: picture.path, expected: "\(first.shape) like the pictures before",
                    found: "\(frame.shape)")
            }
            frames.append(frame)
        }
        return [(Clip(name: path, frames: stacked(frames, axis: 0)), files.map(\.name))]
    }

    private var files: [NamedPicture] {
        if case .files(let pictures) = content { return pictures }
        return []
    }

    private func clips(
        _ prefix: String, _ options: ClipOptions
    ) throws -> [(clip: Clip, names: [String])] {
        let clips = try read(options)
        return clips.enumerated().map { index, clip in
            let folder = clips.count > 1 ? "\(prefix)/\(digits(index, of: clips.count))" : prefix
            // A GIF that does not move is a picture.
            if clip.frameCount == 1, clips.count == 1, Self.isAnimation(path) {
                return (clip, [prefix])
            }
            return (
                clip,
                (0..<clip.frameCount).map { "\(folder)/\(digits($0, of: clip.frameCount))" }
            )
        }
    }

    private func read(_ options: ClipOptions) throws -> [Clip] {
        if Self.isAnimation(path) {
            var warnings: [MediaWarning] = []
            let frames = try Image.readFrames(path, warnings: &warnings).frames
            return [Clip(name: PathParts.name(path), frames: frames)]
        }
        // The recordings of the package have a split for this.
        var options = options
        options.cache = ClipCache(limit: .max)
        return try DataSet.open(path, split: .test, options: options).clips
    }

    /// The film that the file is, its clips read when they are asked for; nil for other files.
    private func film(_ options: ClipOptions) throws -> FilmPictures? {
        guard !DataSet.isNamed(path), let kind = ClipFileKind.kind(of: path) else { return nil }
        return FilmPictures(try kind.open(path, PathParts.stem(path), options), options)
    }

    static func isAnimation(_ path: String) -> Bool { PathParts.ending(path) == "gif" }

    /// A number with leading zeros, four digits or as many as the last one has.
    private func digits(_ number: Int, of count: Int) -> String {
        padded(number, width: max(4, String(max(0, count - 1)).count))
    }
}

/// A number with leading zeros.
private func padded(_ number: Int, width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}

/// The frames of a film as pictures that are named by their numbers in it.
private struct FilmPictures {
    /// Bytes of clips kept: neighboring frames are read one after the other.
    private static let keptBytes = 256 << 20
    private let source: CachedClips

    init(_ film: any ClipSource, _ options: ClipOptions) {
        source = CachedClips(
            ReadClips(
                source: film, options: options, places: (0..<film.count).map { ($0, 0) }),
            cache: ClipCache(limit: Self.keptBytes))
    }

    var count: Int { source.count }

    func clip(at index: Int) throws -> Clip { try source.clip(at: index) }

    func pictures(_ prefix: String, _ path: String) throws -> [NamedPicture] {
        try (0..<source.count).flatMap { index in
            let info = try source.info(at: index)
            let names = Self.names(of: info.timeline, info.frameCount, prefix)
            return names.enumerated().map { frame, name in
                NamedPicture(
                    name: name,
                    path: "\(path), frame \(info.timeline?.numbers[frame] ?? frame)",
                    time: info.timeline?.times[frame], source: source, clip: index, frame: frame)
            }
        }
    }

    /// `FILM/000123`: numbers of six digits, since the length of a film is not known before.
    static func names(of timeline: ClipTimeline?, _ count: Int, _ prefix: String) -> [String] {
        (timeline?.numbers ?? Array(0..<count)).map { "\(prefix)/\(padded($0, width: 6))" }
    }
}
