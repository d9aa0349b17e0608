/// Something that a reader overlooked, as other readers do, and that a person may want to know.
///
/// Readers return warnings; they never print.
public struct MediaWarning: Equatable, Sendable, CustomStringConvertible {
    /// The file, or the name given to bytes that come from no file.
    public let path: String
    /// What was found and what was done about it, without the path.
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
