import GestaltLabels
import GestaltMedia

/// The pictures of one folder, in natural order of their names.
struct PictureSource: ImportSource {
    static let kind = "pictures"
    let name: String
    let path: String
    let files: [String]
    /// Paths from the input.
    let pictureNames: [String]

    var frameCount: Int? { files.count }
    var frameNames: [String]? { pictureNames }

    func size(of number: Int) -> PictureSize? { PictureSize(ofPicture: files[number]) }

    func frames(_ settings: ImportSettings) -> any SourceFrames {
        PictureFrames(self, stride: settings.stride)
    }
}

/// Reads the pictures of a folder.
private final class PictureFrames: SourceFrames {
    private let folder: PictureSource
    private let stride: Int
    private var number = 0

    init(_ folder: PictureSource, stride: Int) {
        self.folder = folder
        self.stride = stride
    }

    func next() -> SourceItem? {
        guard number < folder.files.count else { return nil }
        defer { number += stride }
        let path = folder.files[number]
        do {
            return .frame(
                SourceFrame(
                    number: number, time: nil, path: path, place: "",
                    pixels: try Image.read(path, as: .rgb)))
        } catch {
            return .problem(ImportProblem(error, path: path))
        }
    }
}
