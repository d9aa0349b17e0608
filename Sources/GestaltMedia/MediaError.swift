import GestaltIO

/// A failure with an external image, archive or record file.
public enum MediaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A failure of the system: a missing file, an unwritable folder, a full disk.
    case inaccessible(path: String, action: String, reason: String)
    /// The bytes violate their format: truncated, corrupt, or of another format.
    case malformed(path: String, format: String, expected: String, found: String)
    /// The bytes may be well formed, but exceed the reader's limits.
    case tooLarge(path: String, format: String, limit: String, found: String)
    /// The data ends in the middle. `wholeRecords` precede the cut; 0 for formats without records.
    case cutShort(path: String, format: String, wholeRecords: Int, expected: String, found: String)
    /// A well-formed file without the requested content.
    case unsupported(path: String, expected: String, found: String)

    /// The file, or the name of bytes without a file.
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

/// Returns the contents of the file, at most `limit` bytes.
func contents(of path: String, limit: Int = 1 << 30) throws(MediaError) -> [UInt8] {
    do throws(FileFailure) {
        return try FileReader.bytes(path: path, limit: limit)
    } catch {
        throw MediaError(error)
    }
}

/// Writes `bytes` to `path` atomically.
func writeAtomically(_ bytes: [UInt8], to path: String) throws(MediaError) {
    do throws(FileFailure) {
        try AtomicFile.write(bytes, to: path)
    } catch {
        throw MediaError(error)
    }
}
