import GestaltData
import GestaltIO
import GestaltLabels

/// A label file that was read.
struct ReadLabelFile {
    var path: String
    /// The name of its format.
    var format: String
    var labels: LabelSet
    /// The id in masks of each category: 0 for background, nil for one that is not imported.
    var ids: [UInt8?]

    /// The categories above background that the file can label.
    var foreground: Set<UInt8> { Set(ids.compactMap { $0 }).subtracting([0]) }
}

/// The label files of an import.
struct LabelFiles {
    private(set) var files: [ReadLabelFile] = []
    private(set) var problems: [ImportProblem] = []
    private(set) var categories: CategoryTable

    /// Reads the files; those that cannot be read are problems.
    ///
    /// - Parameter size: the size of a picture by its name, for formats in fractions of it.
    /// - Throws: ``ImportError/tooManyCategories(found:)``.
    init(
        _ paths: [String], categories: CategoryTable,
        size: @escaping @Sendable (String) -> PictureSize?
    ) throws(ImportError) {
        self.categories = categories
        for path in paths {
            guard let (name, reading) = read(path, size: size) else { continue }
            problems += reading.problems.map { ImportProblem($0) }
            let ids = try self.categories.ids(of: reading.labels)
            let file = ReadLabelFile(path: path, format: name, labels: reading.labels, ids: ids)
            problems += Self.unknownCategories(of: file)
            files.append(file)
        }
    }

    private mutating func read(
        _ path: String, size: @escaping @Sendable (String) -> PictureSize?
    ) -> (format: String, reading: LabelReading)? {
        do {
            guard let (name, format) = try Self.format(of: path) else {
                let found =
                    Folder.exists(path) ? try Folder.summary(path) : "\(try FileKind(of: path))"
                problems.append(
                    ImportProblem(
                        .bad, path: path,
                        "expected labels of a format among "
                            + LabelFormat.registry.names.joined(separator: ", ")
                            + ", found \(found)"))
                return nil
            }
            return (name, try format.read(path, LabelReadingOptions(size: size)))
        } catch {
            problems.append(ImportProblem(error, path: path))
            return nil
        }
    }

    /// The first registered format that recognizes a file or folder.
    private static func format(of path: String) throws -> (name: String, format: LabelFormat)? {
        for name in LabelFormat.registry.names {
            if let format = LabelFormat.registry[name], try format.recognizes(path) {
                return (name, format)
            }
        }
        return nil
    }

    private static func unknownCategories(of file: ReadLabelFile) -> [ImportProblem] {
        file.ids.indices.filter { file.ids[$0] == nil }.compactMap { category in
            let count = file.labels.pictures.reduce(0) { sum, picture in
                sum + picture.objects.count { $0.category == category }
            }
            guard count > 0 else { return nil }
            return ImportProblem(
                .bad, path: file.path,
                "\(count) objects of the category '\(file.labels.categories[category].name)', "
                    + "which is not among those to import")
        }
    }
}
