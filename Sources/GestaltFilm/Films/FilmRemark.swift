/// A remark on a film that was read.
public struct FilmRemark: Sendable, Hashable, CustomStringConvertible {
    /// The path of the film.
    public var path: String
    /// Whether frames may be missing, since the film is damaged or `ffmpeg` failed; else the reader
    /// has made the best of the film: missing times, changing sizes.
    public var isDamage: Bool
    public var message: String

    public init(path: String, isDamage: Bool = false, _ message: String) {
        (self.path, self.isDamage, self.message) = (path, isDamage, message)
    }

    public var description: String { "\(path): \(message)" }
}
