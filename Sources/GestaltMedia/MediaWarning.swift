/// A tolerated irregularity of a file, which other readers tolerate as well and which may be
/// relevant to the user.
///
/// Readers return warnings; they never print.
public struct MediaWarning: Equatable, Sendable, CustomStringConvertible {
    /// The file, or the name of bytes without a file.
    public let path: String
    /// The finding and its handling, without the path.
    public let message: String

    public init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { "\(path): \(message)" }
}

extension [MediaWarning] {
    /// Adds a warning unless `message` is empty.
    mutating func add(_ message: String, path: String) {
        if !message.isEmpty { append(MediaWarning(path: path, message: message)) }
    }
}
