import GestaltIO

/// What went wrong with a picture, an archive or a record file of the outside world.
public enum MediaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused: a missing file, an unwritable folder, a full disk.
    case inaccessible(path: String, action: String, reason: String)
    /// The bytes break the rules of their format: truncated, corrupt, or of another format.
    case malformed(path: String, format: String, expected: String, found: String)
    /// The bytes may be well formed, but ask for more than the reader allows.
    case tooLarge(path: String, format: String, limit: String, found: String)
    /// The data ends in the middle. `wholeRecords` come before the cut; 0 where the format has no
    /// records.
    case cutShort(path: String, format: String, wholeRecords: Int, expected: String, found: String)
    /// A well-formed file that lacks what was asked of it.
    case unsupported(path: String, expected: String, found: String)

    /// The file, or the name given to bytes that come from no file.
    public var path: String {
        switch self {
        case .inaccessible(let path, _, _), .malformed(let path, _, _, _),
            .tooLarge(let path, _, _, _), .unsupported(let path, _, _),
            .cutShort(let path, _, _, _, _):
            path
        }
    }

    public var description: String {
        switch self {
        case .inaccessible(let path, let action, let reason):
            "\(path): cannot \(action): \(reason)"
        case .malformed(let path, let format, let expected, let found):
            "\(path): broken \(format): expected \(expected), found \(found)"
        case .tooLarge(let path, let format, let limit, let found):
            "\(path): \(format) too large: at most \(limit) allowed, found \(found)"
        case .cutShort(let path, let format, let whole, let expected, let found):
            "\(path): \(format) cut short"
                + (whole > 0 ? " after \(whole) whole record\(whole == 1 ? "" : "s")" : "")
                + ": expected \(expected), found \(found)"
        case .unsupported(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        }
    }

    init(_ failure: FileFailure) {
        self = .inaccessible(
            path: failure.path, action: failure.action.rawValue, reason: failure.reason)
    }
}

/// The whole file, at most `limit` bytes.
func contents(of path: String, limit: Int = 1 << 30) throws(MediaError) -> [UInt8] {
    do throws(FileFailure) {
        return try FileReader.bytes(path: path, limit: limit)
    } catch {
        throw MediaError(error)
    }
}

/// Puts `bytes` under `path`, whole or not at all.
func writeAtomically(_ bytes: [UInt8], to path: String) throws(MediaError) {
    do throws(FileFailure) {
        try AtomicFile.write(bytes, to: path)
    } catch {
        throw MediaError(error)
    }
}
