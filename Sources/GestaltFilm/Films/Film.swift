import Foundation
import GestaltIO

/// A film in a file, of any container and codec that `ffmpeg` reads.
///
/// ```swift
/// let film = try Film(contentsOf: "street.mp4")
/// let reader = try film.frames()
/// while let frame = try reader.next() {
///     print(frame.number, frame.time, frame.pixels.shape)     // 0 0.0 [480, 640, 3]
/// }
/// ```
/// The film is the first stream of pictures in the file that is no cover picture.
public struct Film: Sendable {
    public let path: String
    public let info: FilmInfo
    /// The programs that read the film.
    public let programs: FilmPrograms

    /// Opens a film; `ffprobe` looks at its head.
    ///
    /// - Throws: ``FilmError``: the programs are not installed, or the file is no film.
    public init(contentsOf path: String) throws {
        try self.init(contentsOf: path, programs: .installed())
    }

    /// As ``init(contentsOf:)`` with programs of one's own.
    public init(contentsOf path: String, programs: FilmPrograms) throws {
        let kind = try FileKind(of: path)
        guard Self.mayBeFilm(kind) else {
            throw FilmError.unreadable(path: path, expected: "a film", found: kind.description)
        }
        self.path = path
        self.programs = programs
        info = try Self.probe(path, programs)
    }

    /// All frames in display order, or those that the options choose.
    ///
    /// - Throws: ``FilmError`` when `ffmpeg` cannot be started.
    /// - Precondition: stride, rate and limit are positive, a rectangle lies within the frames.
    public func frames(_ options: FilmOptions = FilmOptions()) throws -> FilmReader {
        options.check()
        return try FilmReader(self, options, seek: nil)
    }

    /// Whether a file is a film, by its first bytes; nothing is decoded. GIFs are films, sound
    /// files are not.
    public static func isFilm(_ path: String) -> Bool {
        guard let kind = try? FileKind(of: path) else { return false }
        guard kind.isFilm || kind == .picture(.gif) else { return false }
        let dot = path.lastIndex(of: ".") ?? path.endIndex
        return ![".m4a", ".m4b", ".mka", ".weba"].contains(path[dot...].lowercased())
    }

    /// Endings that films usually have, without dots.
    public static let pathExtensions = [
        "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "mts", "flv", "wmv", "gif",
    ]

    /// The argument for a file: names that look like options or addresses are taken for files.
    var argument: String { "file:" + path }

    /// Whether `ffprobe` is to have a look: formats without a mark of their own are unknown here.
    private static func mayBeFilm(_ kind: FileKind) -> Bool {
        if case .unknown = kind { return true }
        return kind.isFilm || kind == .picture(.gif)
    }

    private static func probe(_ path: String, _ programs: FilmPrograms) throws -> FilmInfo {
        let arguments = [
            "-v", "error", "-protocol_whitelist", "file", "-of", "json=compact=1",
            "-show_entries", FilmProbe.entries, "file:" + path,
        ]
        let answer = try ProgramAnswer(
            programs.ffprobe, arguments, path: path, silence: programs.silence)
        guard answer.ending == .exited(0),
            let probe = try? JSONDecoder().decode(FilmProbe.self, from: Data(answer.output))
        else {
            throw FilmError.unreadable(
                path: path, expected: "a film",
                found: answer.complaint(about: path) ?? "nothing that ffprobe can read")
        }
        return try probe.info(path: path)
    }
}
