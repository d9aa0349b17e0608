import GestaltIO

/// A kind of file that holds clips, such as films, which another module reads.
///
/// Files of registered kinds are opened by ``DataSet/open(_:split:options:seed:progress:)`` and
/// found in folders of clips.
public struct ClipFileKind: Sendable {
    /// Endings of names in lower case, without dots: which files of a folder are looked at. A file
    /// that is named itself is recognized whatever its name.
    public let endings: Set<String>
    /// Whether a file of this content is of the kind.
    public let matches: @Sendable (_ kind: FileKind) -> Bool
    /// Opens a file. Names of its clips begin with `name`.
    public let open:
        @Sendable (_ path: String, _ name: String, _ options: ClipOptions) throws -> any ClipSource

    public init(
        endings: Set<String>, matches: @escaping @Sendable (_ kind: FileKind) -> Bool,
        open:
            @escaping @Sendable (
                _ path: String, _ name: String, _ options: ClipOptions
            ) throws -> any ClipSource
    ) {
        (self.endings, self.matches, self.open) = (endings, matches, open)
    }

    /// All kinds besides arrays, records and pictures, which this module reads.
    public static let registry = Registry<ClipFileKind>("kind of clip file")

    /// Films in a message's list of what is expected, after a comma; empty where none are read.
    static var acceptedFilms: String {
        let endings = Set(registry.all.flatMap(\.endings)).sorted()
        return endings.isEmpty ? "" : ", films (\(endings.joined(separator: ", ")))"
    }

    /// The way to the frames of films, for messages; nil where films are read as they are.
    static var filmAdvice: String? {
        registry.all.isEmpty ? "of films make frames: ffmpeg -i FILM FOLDER/%05d.png" : nil
    }

    /// The kind of a file by its content; nil for none.
    static func kind(of path: String) -> ClipFileKind? {
        let kinds = registry.all
        guard !kinds.isEmpty, let content = try? FileKind(of: path) else { return nil }
        return kinds.first { $0.matches(content) }
    }

    /// The kind of a file in a folder: by its ending, then by its content.
    static func kind(inFolder path: String) -> ClipFileKind? {
        hasEnding(path) ? kind(of: path) : nil
    }

    /// Whether the ending of a name is that of a kind.
    static func hasEnding(_ path: String) -> Bool {
        let ending = PathParts.ending(path)
        return registry.all.contains { $0.endings.contains(ending) }
    }
}
