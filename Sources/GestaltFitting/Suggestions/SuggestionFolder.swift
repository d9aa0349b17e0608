import Foundation
import GestaltData
import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltModels
import GestaltTensor

/// A folder with frames to label: their pictures, and a label file without objects in the format of
/// a labeling tool.
public struct SuggestionFolder: Sendable {
    /// The content of `suggestions.json`: the pictures with the frames that they show.
    public struct Entry: Codable, Sendable, Equatable {
        /// The file in `images/`.
        public var picture: String
        public var suggestion: Suggestion
    }

    public let path: String
    /// The name of the format of labels, see `LabelFormat.registry`.
    public var format = "coco"

    public init(_ path: String, format: String = "coco") {
        (self.path, self.format) = (path, format)
    }

    /// The folder of the pictures.
    public var images: String { path + "/images" }
    /// The list of the pictures with the frames that they show.
    public var list: String { path + "/suggestions.json" }

    /// Writes pictures, label file and list.
    ///
    /// - Parameters:
    ///   - suggestions: frames of `set`.
    ///   - categories: of the labels, background first.
    /// - Returns: the path of the label file, and what the format could not express.
    /// - Throws: `RegistryError` for an unknown format, `LabelError` for one that is only read;
    ///   errors of reading and writing.
    @discardableResult
    public func write(
        _ suggestions: [Suggestion], of set: DataSet, categories: [ModelCategory]
    ) throws -> (labels: String, problems: [String]) {
        let (entry, writeLabels) = try LabelFormat.written(named: format)
        try OutputFolder.make(images)
        var pictures: [LabeledPicture] = []
        var entries: [Entry] = []
        for suggestion in suggestions {
            let clip = try set.clip(at: suggestion.clip)
            let frame = clip.frames[suggestion.frame].contiguous()
            let name = Self.name(of: suggestion)
            try PNG.write(frame, to: "\(images)/\(name)")
            pictures.append(
                LabeledPicture(
                    name: name, size: PictureSize(height: clip.height, width: clip.width)))
            entries.append(Entry(picture: name, suggestion: suggestion))
        }
        let labels = LabelSet(
            categories: categories.enumerated().dropFirst().map { number, category in
                LabeledCategory(category.name, number: number, color: category.value)
            }, pictures: pictures)
        let file = path + "/" + entry.fileName
        let problems = try writeLabels(labels, file)
        try AtomicFile.write(StrictJSON.encode(entries), to: list)
        return (file, problems.map(\.description))
    }

    /// The name of a picture: the film's without its ending, and the number of the frame, by which
    /// an import finds the frame again.
    static func name(of suggestion: Suggestion) -> String {
        let stem = URL(filePath: suggestion.film).deletingPathExtension().lastPathComponent
        return stem + String(format: "_%06d.png", suggestion.number)
    }
}
