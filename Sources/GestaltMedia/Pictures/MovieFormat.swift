import GestaltIO
import GestaltTensor

/// Moving pictures that are written frame by frame.
///
/// The file appears under its name when ``finish()`` succeeds.
public protocol MovieWriter: AnyObject {
    /// Appends a frame `[H, W, 3]`; all have one size.
    func append(_ frame: Tensor<UInt8>) throws

    /// Finishes the file and puts it in place.
    func finish() throws

    /// Ends without a file.
    func cancel()
}

/// A format of moving pictures for results, chosen by the ending of a path.
public struct MovieFormat: Sendable {
    /// Begins a file of frames of one size.
    public let open:
        @Sendable (_ path: String, _ height: Int, _ width: Int, _ framesPerSecond: Double) throws
            -> any MovieWriter

    public init(
        open:
            @escaping @Sendable (
                _ path: String, _ height: Int, _ width: Int, _ framesPerSecond: Double
            ) throws -> any MovieWriter
    ) {
        self.open = open
    }

    /// All formats by the endings of their files, in lower case and without dots.
    public static let registry = Registry<MovieFormat>(
        "movie format",
        [
            "gif": MovieFormat { path, _, _, framesPerSecond in
                GIFWriter(path: path, secondsPerFrame: 1 / framesPerSecond)
            }
        ])

    /// The format of a path; nil for other endings.
    public static func format(of path: String) -> MovieFormat? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        return registry[path[path.index(after: dot)...].lowercased()]
    }

    /// Writes `frames`, `[T, H, W, 3]`, in the format of the path's ending.
    ///
    /// - Throws: ``MediaError/unsupported(path:expected:found:)`` for an ending without a format,
    ///   and what its writer throws; nothing is left then.
    public static func write(
        _ frames: Tensor<UInt8>, to path: String, framesPerSecond: Double
    ) throws {
        guard let format = format(of: path) else {
            throw MediaError.unsupported(
                path: path,
                expected: "a name that ends in "
                    + registry.names.map { "." + $0 }
                    .joined(separator: ", "), found: "another ending")
        }
        let writer = try format.open(path, frames.shape[1], frames.shape[2], framesPerSecond)
        do {
            for index in 0..<frames.shape[0] { try writer.append(frames[index]) }
            try writer.finish()
        } catch {
            writer.cancel()
            throw error
        }
    }
}

/// A GIF of frames that are kept until all are there: they share a palette.
private final class GIFWriter: MovieWriter {
    private let path: String
    private let secondsPerFrame: Double
    private var frames: [Tensor<UInt8>] = []

    init(path: String, secondsPerFrame: Double) {
        (self.path, self.secondsPerFrame) = (path, secondsPerFrame)
    }

    func append(_ frame: Tensor<UInt8>) { frames.append(frame) }

    func finish() throws {
        guard !frames.isEmpty else {
            throw MediaError.unsupported(path: path, expected: "frames", found: "none")
        }
        try GIF.write(stacked(frames, axis: 0), to: path, secondsPerFrame: secondsPerFrame)
    }

    func cancel() { frames = [] }
}
