import Foundation
import GestaltMedia
import GestaltTensor

/// A picture under a name fit for a file: `street`, `clip3/0007`.
public struct NamedPicture: Sendable {
    /// Without an ending; folders separated by `/`. No other picture of a ``PictureListing`` has it.
    public let name: String
    /// The name in errors.
    public let path: String
    private let content: Content

    private enum Content: Sendable {
        case file
        case frame(Tensor<UInt8>)
    }

    /// A file, read when asked for.
    init(name: String, file: String) {
        self.name = name
        path = file
        content = .file
    }

    init(name: String, path: String, frame: Tensor<UInt8>) {
        self.name = name
        self.path = path
        content = .frame(frame)
    }

    /// The picture `[H, W, 3]`.
    /// - Throws: `MediaError` for a file that is damaged.
    public func read() throws -> Tensor<UInt8> {
        switch content {
        case .file: try Image.read(path)
        case .frame(let frame): frame
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

    /// The number of pictures; nil until a file of clips has been read.
    public var count: Int? {
        switch content {
        case .files(let pictures): pictures.count
        case .clips: nil
        }
    }

    /// The pictures in order; files of clips are read here, files of pictures are not.
    /// - Throws: what readers of clips throw.
    public func pictures(_ options: ClipOptions) throws -> [NamedPicture] {
        guard case .clips(let prefix) = content else { return files }
        return try clips(prefix, options).flatMap { clip, names in
            names.enumerated().map { frame, name in
                NamedPicture(
                    name: name, path: "\(path), \(clip.name), frame \(frame)",
                    frame: clip.frames[frame])
            }
        }
    }

    /// The pictures as clips, each with a name for every frame; files of pictures are read here.
    /// - Throws: `ClipError.mismatchedShapes` for pictures of several sizes in one folder, and what
    ///   readers throw.
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

    static func isAnimation(_ path: String) -> Bool { PathParts.ending(path) == "gif" }

    /// A number with leading zeros, four digits or as many as the last one has.
    private func digits(_ number: Int, of count: Int) -> String {
        let text = String(number)
        let width = max(4, String(max(0, count - 1)).count)
        return String(repeating: "0", count: width - text.count) + text
    }
}
