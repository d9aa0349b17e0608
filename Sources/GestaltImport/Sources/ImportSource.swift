import GestaltLabels
import GestaltMedia
import GestaltTensor

/// Frames that belong together: a film, a folder of pictures, an animated picture.
protocol ImportSource: Sendable {
    /// The kind, in the manifest: `film`, `pictures`, `animation`.
    static var kind: String { get }
    /// Its path from the input, unique among the sources: `day 1/film.mp4`.
    var name: String { get }
    var path: String { get }
    /// The files whose bytes are its content.
    var files: [String] { get }
    /// The number of frames; nil where only reading shows it.
    var frameCount: Int? { get }
    /// The name of each frame, a path from the input; nil for a film, whose frames have numbers.
    var frameNames: [String]? { get }

    /// Returns the size of a frame; nil where it cannot be read.
    func size(of number: Int) -> PictureSize?

    /// Opens the frames that the settings choose, in order.
    func frames(_ settings: ImportSettings) throws -> any SourceFrames
}

extension ImportSource {
    var kind: String { Self.kind }
}

/// A source that is one file, whose frames have numbers and are counted by reading.
protocol FileSource: ImportSource {}

extension FileSource {
    var files: [String] { [path] }
    var frameCount: Int? { nil }
    var frameNames: [String]? { nil }
}

extension PictureSize {
    /// The size in the header of a picture file; nil where it cannot be read.
    init?(ofPicture path: String) {
        guard let header = try? PictureHeader(path: path) else { return nil }
        self.init(height: header.height, width: header.width)
    }
}

/// The frames of one source, read one after the other.
protocol SourceFrames: AnyObject {
    /// Returns the next frame, or what is wrong with it; nil at the end.
    func next() throws -> SourceItem?
}

enum SourceItem: Sendable {
    case frame(SourceFrame)
    /// A frame that cannot be read, and why.
    case problem(ImportProblem)
}

/// A frame as its source has it.
struct SourceFrame: Sendable {
    /// Its number in the source, from 0.
    var number: Int
    /// Seconds from the beginning; nil for pictures.
    var time: Double?
    /// Its path in messages.
    var path: String
    /// Its place in the file, in messages; empty where a file is a frame.
    var place: String
    /// `[H, W, 3]`.
    var pixels: Tensor<UInt8>
}
