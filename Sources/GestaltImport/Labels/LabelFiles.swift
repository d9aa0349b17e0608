import GestaltData
import GestaltIO
import GestaltLabels

/// A label file that was read.
struct ReadLabelFile {
    var path: String
    /// The name of its format.
    var format: String
    var labels: LabelSet
    /// Whether its objects are told apart, see `LabelReading.tellsInstances`.
    var tellsInstances: Bool
    /// The id in masks of each category: 0 for background, 255 for what counts for nothing, nil for
    /// one that is not imported.
    var ids: [UInt8?]

    /// The categories above background that the file can label.
    var foreground: Set<UInt8> { Set(ids.compactMap { $0 }).subtracting([0, Clip.ignoredLabel]) }
}

/// The label files of an import.
struct LabelFiles {
    private(set) var files: [ReadLabelFile] = []
    private(set) var problems: [ImportProblem] = []
    private(set) var categories: CategoryIDs
    private let options: LabelReadingOptions

    /// Reads the files; those that cannot be read are problems.
    ///
    /// - Parameters:
    ///   - names: the categories to import, which are the values of label pictures from 1 on.
    ///   - size: the size of a picture by its name, for formats in fractions of it.
    /// - Throws: ``ImportError/tooManyCategories(found:)``,
    ///   ``ImportError/unknownCategories(names:found:)``.
    init(
        _ paths: [String], categories: CategoryIDs, names: [String],
        size: @escaping @Sendable (String) -> PictureSize?
    ) throws(ImportError) {
        self.categories = categories
        options = LabelReadingOptions(categories: names.map { LabeledCategory($0) }, size: size)
        for path in paths {
            guard let (name, reading) = read(path) else { continue }
            problems += reading.problems.map { ImportProblem($0) }
            let ids = try self.categories.ids(of: reading.labels)
            let file = ReadLabelFile(
                path: path, format: name, labels: reading.labels,
                tellsInstances: reading.tellsInstances, ids: ids)
            problems += Self.unknownCategories(of: file)
            files.append(file)
        }
        // A file that cannot be read may have them.
        if files.count == paths.count { try requireCategories(names) }
    }

    /// Reports chosen categories that no label file has.
    /// - Throws: ``ImportError/unknownCategories(names:found:)`` where that is all of them.
    private mutating func requireCategories(_ chosen: [String]) throws(ImportError) {
        var found: [String] = []
        for name in files.flatMap(\.labels.categories).map(\.name) where !found.contains(name) {
            found.append(name)
        }
        guard !found.isEmpty else { return }
        let unknown = chosen.filter { !found.contains($0) && !CategoryIDs.isBackground($0) }
        guard unknown.isEmpty || unknown.count < chosen.count else {
            throw .unknownCategories(names: unknown, found: found)
        }
        let paths = files.map(\.path).joined(separator: ", ")
        for name in unknown {
            problems.append(
                ImportProblem(
                    .bad, path: paths,
                    "no label has the category '\(name)'; there are "
                        + found.joined(separator: ", ")))
        }
    }

    private mutating func read(_ path: String) -> (format: String, reading: LabelReading)? {
        do {
            let (name, format) = try LabelFormat.detect(path)
            return (name, try format.read(path, options))
        } catch {
            problems.append(ImportProblem(error, path: path))
            return nil
        }
    }

    private static func unknownCategories(of file: ReadLabelFile) -> [ImportProblem] {
        file.ids.indices.filter { file.ids[$0] == nil }.compactMap { category in
            let count = file.labels.pictures.reduce(0) { sum, picture in
                sum + picture.objects.count { $0.category == category }
            }
            guard count > 0 else { return nil }
            return ImportProblem(
                .note, path: file.path,
                "\(plural(count, "object")) of the category '\(file.labels.categories[category].name)' "
                    + "left out: it is not among those to import")
        }
    }
}
