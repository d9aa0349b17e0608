import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// Label pictures: one, or a folder of them, named like the pictures they label.
    ///
    /// The value of a pixel is its label: the index of a palette whatever the colors, gray of 1 to
    /// 16 bits, or the row of an RGB color in a table. The table is that of the options'
    /// categories, else of `labelmap.txt` or `label_colors.txt` in the folder or the one above,
    /// else the color map of Pascal VOC. Without a table every value is a category of its own.
    /// Value 0 is background; 255 counts for nothing where other values occur, and is foreground
    /// where none does, as for `--data` folders of masks.
    ///
    /// Written are palette pictures, with the categories in `labelmap.txt`; later objects cover
    /// earlier ones.
    public static let png = LabelFormat(
        title: "label pictures", recognizes: { try PNGFormat.recognizes($0) },
        read: { try PNGFormat.read($0, $1) }, write: { try PNGFormat.write($0, to: $1) })
}

enum PNGFormat {
    static func read(_ path: String, _ options: LabelReadingOptions) throws -> LabelReading {
        guard case .folder = try PathStatus(path) else {
            let folder = parent(of: path)
            let table = try LabelTable.find(options, in: [folder])
            var problems: [LabelProblem] = []
            let regions = try IDRegions.read(path, table: table, &problems)
            let picture = try FolderPictures(options).picture(
                String(path.split(separator: "/").last ?? ""), size: regions.size, label: path,
                &problems)
            var set = IDLabelSet(table: table)
            set.add(regions, to: picture)
            return try set.reading(problems, path: path)
        }
        let table = try LabelTable.find(options, in: [path, parent(of: path)])
        let pictures = FolderPictures(options)
        var set = IDLabelSet(table: table)
        var problems: [LabelProblem] = []
        for file in try pictureFiles(in: path) {
            do throws(LabelError) {
                let regions = try IDRegions.read(path + "/" + file, table: table, &problems)
                let picture = try pictures.picture(
                    file, size: regions.size, label: regions.path, &problems)
                set.add(regions, to: picture)
            } catch {
                problems.omit(error)
            }
        }
        return try set.reading(problems, path: path)
    }

    /// Whether it is a label picture, or a folder whose first pictures are some.
    static func recognizes(_ path: String) throws -> Bool {
        if try hasLayout(path) || MaskFormat.recognizes(path) { return false }
        guard case .folder = try PathStatus(path) else { return looksLikeLabels(path) }
        let table = try LabelTable.find(LabelReadingOptions(), in: [path, parent(of: path)])
        let files = try pictureFiles(in: path).prefix(3)
        return !files.isEmpty && files.allSatisfy { looksLikeLabels(path + "/" + $0, table) }
    }

    /// Whether a folder has one of the layouts that tell more than values.
    static func hasLayout(_ path: String) throws -> Bool {
        if try VOCReader.recognizes(path) || YouTubeVOSReader.recognizes(path) { return true }
        return try DAVISFormat.recognizes(path) || SAVFormat.recognizes(path)
    }

    /// More values than these in one picture are a photograph.
    private static let mostValues = 300

    private static func looksLikeLabels(_ path: String, _ table: LabelTable? = nil) -> Bool {
        guard let kind = try? FileKind(of: path), kind.isPicture else { return false }
        var problems: [LabelProblem] = []
        guard let regions = try? IDRegions.read(path, table: table, &problems) else { return false }
        if case .palette = regions.encoding { return true }
        // Regions of an id are wide, those of a photograph's gray a pixel or two.
        let pixels = regions.masks.values.reduce(0) { $0 + $1.area }
        let runs = regions.masks.values.reduce(0) { $0 + $1.runs.count / 2 }
        return regions.masks.count <= mostValues && pixels >= 2 * runs
    }

    /// Returns the picture files of a folder, relative to it, ascending.
    static func pictureFiles(in folder: String) throws(FileFailure) -> [String] {
        try FolderListing(folder).files.filter { file in
            let ending = file.split(separator: ".").last?.lowercased() ?? ""
            return Image.pathExtensions.contains(ending)
        }
    }

    static func parent(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return trimmed == "." ? ".." : "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
