/// A film that cannot be read or written.
public enum FilmError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `ffmpeg` or `ffprobe` is in none of the folders `searched`, a list separated by colons.
    case missingProgram(name: String, searched: String)
    /// The file is no film, or a damaged one of which no frame can be read.
    case unreadable(path: String, expected: String, found: String)
    /// The program that reads or writes the film failed in the middle: it was killed, it hung, or
    /// it gave up. `frames` were read or written before.
    case interrupted(path: String, frames: Int, reason: String)
    /// The film cannot be written.
    case unwritable(path: String, expected: String, found: String)

    /// The film, or the name of the missing program.
    public var path: String {
        switch self {
        case .missingProgram(let name, _): name
        case .unreadable(let path, _, _), .interrupted(let path, _, _), .unwritable(let path, _, _):
            path
        }
    }

    public var description: String {
        if case .missingProgram = self { return reason }
        return "\(path): \(reason)"
    }

    /// The description without the film's name.
    var reason: String {
        switch self {
        case .missingProgram(let name, let searched):
            "films need the program \(name), which is not installed: apt-get install ffmpeg "
                + "(the Debian package ffmpeg has \(name)); searched: "
                + (searched.isEmpty ? "no folders, PATH is empty" : searched)
        case .unreadable(_, let expected, let found), .unwritable(_, let expected, let found):
            "expected \(expected), found \(found)"
        case .interrupted(_, let frames, let reason):
            "stopped after \(frames) frame\(frames == 1 ? "" : "s"): \(reason)"
        }
    }
}
