/// The name of a label picture of a frame of a film: `film/000012.png`.
struct FilmFrameName {
    /// The path of the film without its ending, as far as the name tells; empty for a bare number.
    let film: String
    /// Whether the film is a folder of the name, not the beginning of a file name.
    let isFolder: Bool
    let number: Int

    /// Returns a number with at least `count` digits.
    static func digits(_ number: Int, count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    /// Returns the path of a label picture: `film/000012.png` for frame 12 of `film.mp4`.
    static func path(film: String, frame: Int) -> String {
        "\(SequenceFolder.stem(film))/\(digits(frame, count: 6)).png"
    }

    /// Parses the name of a picture: `film/000012.png`, `film/frame_000012.png`,
    /// `film_000012.png`, `000012.png`; nil for names without a number at the end.
    init?(_ name: String) {
        let path = SequenceFolder.stem(PictureName.normalized(name))
        let cut = path.lastIndex(of: "/")
        let folder = cut.map { String(path[..<$0]) } ?? ""
        let stem = cut.map { path[path.index(after: $0)...] } ?? path[...]
        let start = stem.lastIndex { !($0.isASCII && $0.isNumber) }.map { stem.index(after: $0) }
        let digits = stem[(start ?? stem.startIndex)...]
        guard let number = Int(digits) else { return nil }
        self.number = number
        isFolder = cut != nil
        let prefix = stem[..<(start ?? stem.startIndex)]
        if isFolder {
            film = folder
        } else {
            let isFrame = ["frame", "img", "image"].contains(Self.trimmed(prefix).lowercased())
            film = isFrame ? "" : Self.trimmed(prefix)
        }
    }

    /// Returns a beginning of a name without the signs that separate it from a number.
    private static func trimmed(_ prefix: Substring) -> String {
        var prefix = prefix
        while let last = prefix.last, "_-. ".contains(last) { prefix.removeLast() }
        return String(prefix)
    }
}
