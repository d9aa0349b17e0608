import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// Black-and-white masks: one, a folder of them, or a folder with a folder of masks for each
    /// category.
    ///
    /// 0 is outside, 255 inside; 1 is inside in pictures without 255. Other values are refused: a
    /// mask with soft edges needs a threshold, which is the choice of its owner. The category is
    /// named by its folder; masks without one belong to the first of the options' categories, by
    /// default `foreground`.
    ///
    /// Written is a folder for each category. Colors and instances have no place there.
    public static let masks = LabelFormat(
        title: "black-and-white masks", recognizes: { try MaskFormat.recognizes($0) },
        read: { try MaskFormat.read($0, $1) }, write: { try MaskFormat.write($0, to: $1) })
}

enum MaskFormat {
    /// A folder of masks of one category.
    private struct Part {
        /// Below the folder of the set; empty for itself.
        let folder: String
        /// Below ``folder``, ascending.
        var files: [String]
    }

    static func read(_ path: String, _ options: LabelReadingOptions) throws -> LabelReading {
        guard case .folder = try PathStatus(path) else {
            var problems: [LabelProblem] = []
            let regions = try mask(path, &problems)
            var picture = try FolderPictures(options).picture(
                String(path.split(separator: "/").last ?? ""), size: regions.size, label: path,
                &problems)
            picture.objects = objects(regions, category: 0)
            return LabelReading(
                LabelSet(categories: [foreground(options)], pictures: [picture]),
                problems: problems, tellsInstances: false)
        }
        let parts = try parts(of: path)
        let categories = parts.map { part in
            options.categories.first { $0.name == part.folder }
                ?? (part.folder.isEmpty ? foreground(options) : LabeledCategory(part.folder))
        }
        let pictures = FolderPictures(options)
        var problems: [LabelProblem] = []
        var merged = MergedPictures()
        for (category, part) in parts.enumerated() {
            let folder = part.folder.isEmpty ? path : path + "/" + part.folder
            for file in part.files {
                do throws(LabelError) {
                    let regions = try mask(folder + "/" + file, &problems)
                    let picture = try pictures.picture(
                        file, size: regions.size, label: regions.path, &problems)
                    try merged.add(
                        objects(regions, category: category), to: picture, label: regions.path)
                } catch {
                    problems.omit(error)
                }
            }
        }
        return LabelReading(
            LabelSet(categories: categories, pictures: merged.sorted), problems: problems,
            tellsInstances: false)
    }

    private static func foreground(_ options: LabelReadingOptions) -> LabeledCategory {
        options.categories.first ?? LabeledCategory("foreground")
    }

    private static func objects(_ regions: IDRegions, category: Int) -> [LabeledObject] {
        regions.masks.values.map {
            LabeledObject(category: category, region: .runs($0), place: "mask")
        }
    }

    /// Returns a picture with at most one value besides 0.
    static func mask(
        _ path: String, _ problems: inout [LabelProblem]
    ) throws(LabelError) -> IDRegions {
        let regions = try IDRegions.read(path, table: nil, &problems)
        let others = regions.ids.filter { $0 != (regions.masks[255] == nil ? 1 : 255) }
        guard others.isEmpty else {
            let pixels = others.reduce(0) { $0 + (regions.masks[$1]?.area ?? 0) }
            throw LabelError(path: path, regions.betweenMessage(pixels))
        }
        return regions
    }

    private static func parts(of path: String) throws(FileFailure) -> [Part] {
        var parts: [Part] = []
        var indices: [String: Int] = [:]
        for file in try PNGFormat.pictureFiles(in: path) {
            let cut = file.firstIndex(of: "/")
            let folder = cut.map { String(file[..<$0]) } ?? ""
            let name = cut.map { String(file[file.index(after: $0)...]) } ?? file
            if let index = indices[folder] {
                parts[index].files.append(name)
            } else {
                indices[folder] = parts.count
                parts.append(Part(folder: folder, files: [name]))
            }
        }
        return parts
    }

    /// Whether it is a mask, or a folder whose first masks are some; folders in it must have equal
    /// file names.
    static func recognizes(_ path: String) throws -> Bool {
        guard case .folder = try PathStatus(path) else { return isMask(path) }
        if try PNGFormat.hasLayout(path) || PNGFormat.hasLabelFiles(path) { return false }
        let parts = try parts(of: path)
        guard let first = parts.first, parts.count == 1 || !parts.contains(where: \.folder.isEmpty)
        else { return false }
        let names = Set(first.files)
        guard parts.allSatisfy({ !names.isDisjoint(with: $0.files) }) else { return false }
        return parts.allSatisfy { part in
            part.files.prefix(2).allSatisfy { isMask(path + "/" + part.folder + "/" + $0) }
        }
    }

    private static func isMask(_ path: String) -> Bool {
        guard let kind = try? FileKind(of: path), kind.isPicture else { return false }
        var problems: [LabelProblem] = []
        guard let regions = try? mask(path, &problems) else { return false }
        return regions.masks.isEmpty || regions.masks[255] != nil
            || regions.encoding == .gray(bits: 1)
    }
}
