import GestaltData
import GestaltIO
import GestaltMedia
import GestaltTensor

/// The kinds of files that this module reads and writes for others.
public enum Films {
    /// Registers films as files of clips, and mp4 as a format of results; later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        // A kind that a program registered earlier under this name is kept.
        try? ClipFileKind.registry.register(
            ClipFileKind(endings: Set(Film.pathExtensions).subtracting(["gif"])) { kind in
                kind.isFilm
            } open: { path, name, options in
                try FilmClips(path: path, name: name, options: options)
            }, as: "film")
        try? MovieFormat.registry.register(
            MovieFormat { path, height, width, framesPerSecond in
                try FilmWriter(
                    path: path, height: height, width: width, framesPerSecond: framesPerSecond)
            }, as: "mp4")
    }()
}

extension FilmWriter: MovieWriter {
    public func append(_ frame: Tensor<UInt8>) throws { try append(frame, time: nil) }
}
