import Foundation
import GestaltData
import GestaltIO
import GestaltImport
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
    /// The sources of an imported set, of all its splits: pictures keep their names, and names of
    /// frames of films are unique among them.
    public var sources: [SetManifest.Source] = []

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
    ///   `FileFailure` for a folder with content, which may be finished labels; errors of reading
    ///   and writing.
    @discardableResult
    public func write(
        _ suggestions: [Suggestion], of set: DataSet, categories: [ModelCategory]
    ) throws -> (labels: String, problems: [String]) {
        let (entry, writeLabels) = try LabelFormat.written(named: format)
        try OutputFolder.checkIsNew(path)
        try OutputFolder.make(images)
        var pictures: [LabeledPicture] = []
        var entries: [Entry] = []
        for (suggestion, name) in zip(suggestions, names(of: suggestions)) {
            let clip = try set.clip(at: suggestion.clip)
            let frame = clip.frames[suggestion.frame].contiguous()
            let file = "\(images)/\(name)"
            try OutputFile.makeFolder(of: file)
            try PNG.write(frame, to: file)
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

    /// The names of pictures, by which an import finds the frames again: those of pictures; else the
    /// film's without its ending and the number of the frame, or, where films of one name lie in
    /// several folders or have several endings, the whole path of the film as a folder.
    private func names(of suggestions: [Suggestion]) -> [String] {
        func stem(_ film: String) -> String {
            URL(filePath: film).deletingPathExtension().lastPathComponent
        }
        let films = Dictionary(
            grouping: Set(suggestions.map(\.film) + sources.map(\.name)), by: stem)
        let pictures = Dictionary(
            sources.compactMap { source in source.frameNames.map { (source.name, $0) } }
        ) { first, _ in first }
        return suggestions.map { suggestion in
            let (film, number) = (suggestion.film, String(format: "%06d.png", suggestion.number))
            if let names = pictures[film], names.indices.contains(suggestion.number) {
                let picture = URL(filePath: names[suggestion.number])
                return picture.deletingPathExtension().relativePath + ".png"
            }
            let name = stem(film)
            return films[name]?.count == 1 ? "\(name)_\(number)" : "\(film)/\(number)"
        }
    }
}
