import GestaltIO

/// An error in an external tensor file.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A refusal by the system: a missing file, an unwritable folder, a full disk.
    case inaccessible(path: String, action: String, reason: String)
    /// Bytes that violate their format: truncated, corrupt, or of another format.
    case malformed(path: String, format: String, expected: String, found: String)
    /// Content beyond the reader's limits.
    case tooLarge(path: String, format: String, limit: String, found: String)
    /// A well-formed file with content of another kind than requested.
    case unsupported(path: String, tensor: String?, expected: String, found: String)
    /// The file has no tensor of this name.
    case missing(path: String, tensor: String, available: [String])

    /// The file, or the name passed with bytes in memory.
    public var path: String {
        switch self {
        case .inaccessible(let path, _, _), .malformed(let path, _, _, _),
            .tooLarge(let path, _, _, _), .unsupported(let path, _, _, _),
            .missing(let path, _, _):
            path
        }
    }

    public var description: String {
        switch self {
        case .inaccessible(let path, let action, let reason):
            return "\(path): cannot \(action): \(reason)"
        case .malformed(let path, let format, let expected, let found):
            return "\(path): broken \(format): expected \(expected), found \(found)"
        case .tooLarge(let path, let format, let limit, let found):
            return "\(path): \(format) too large: at most \(limit) allowed, found \(found)"
        case .unsupported(let path, let tensor, let expected, let found):
            let place = tensor.map { ", tensor \($0)" } ?? ""
            return "\(path)\(place): expected \(expected), found \(found)"
        case .missing(let path, let tensor, let available):
            let names = available.prefix(8).joined(separator: ", ")
            let rest = available.count > 8 ? " and \(available.count - 8) more" : ""
            return
                "\(path): no tensor \(tensor); it holds \(available.isEmpty ? "none" : names + rest)"
        }
    }

    /// Converts a failure of the system.
    public init(_ failure: FileFailure) {
        self = .inaccessible(
            path: failure.path, action: failure.action.rawValue, reason: failure.reason)
    }
}

/// Runs `body` and converts failures of the system to ``FileError``.
package func translatingFailures<Result>(
    _ body: () throws(FileFailure) -> Result
) throws(FileError) -> Result {
    do throws(FileFailure) {
        return try body()
    } catch {
        throw FileError(error)
    }
}

/// Returns the kind of a file of a wrong format, for error messages.
func describe(_ file: UnsafeRawBufferPointer) -> String { FileKind(file).description }

/// Returns bytes as hexadecimal digits, for error messages.
func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "bytes " + digits.joined(separator: " ")
}
