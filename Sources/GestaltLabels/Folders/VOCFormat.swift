import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// The segmentation folders of Pascal VOC: `SegmentationClass`, `SegmentationObject` and lists
    /// in `ImageSets/Segmentation`, with the colors of `labelmap.txt`, as CVAT and datumaro write
    /// them, or with the twenty classes of the challenge without it.
    ///
    /// An object has the class of most of its pixels; without `SegmentationObject` all pixels of a
    /// class are one object. 255, the border, counts for nothing.
    ///
    /// Written are palette pictures; later objects cover earlier ones.
    public static let voc = LabelFormat(
        title: "Pascal VOC", recognizes: { try VOCReader.recognizes($0) },
        read: { path, options in
            var reader = try VOCReader(path, options)
            return try reader.read()
        },
        write: { try VOCReader.write($0, to: $1) })
}

/// A reader of the segmentation folders of Pascal VOC.
struct VOCReader {
    static let classFolder = "SegmentationClass"
    static let objectFolder = "SegmentationObject"
    static let listFolder = "ImageSets/Segmentation"
    static let pictureFolder = "JPEGImages"

    private let path: String
    private let table: LabelTable
    private let pictures: FolderPictures
    private var problems: [LabelProblem] = []
    /// Whether some picture has ignored pixels.
    private var hasIgnored = false
    /// The paths of label pictures, and of the pictures below ``pictureFolder``, by their stems.
    private let classes: [String: String]
    private let objects: [String: String]
    private let files: [String: String]

    /// The classes of the challenge, in the order of their values from 1 on.
    static let challengeClasses = [
        "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
        "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
        "train", "tvmonitor",
    ]

    static func recognizes(_ path: String) throws -> Bool {
        if case .folder? = try? PathStatus(path + "/" + classFolder) { return true }
        return false
    }

    init(_ path: String, _ options: LabelReadingOptions) throws {
        self.path = path
        table =
            try LabelTable.find(options, in: [path])
            ?? LabelTable(
                Self.challengeClasses.enumerated().map { index, name in
                    LabeledCategory(
                        name, number: index + 1, color: LabelColors.vocPalette[index + 1])
                }, name: "the VOC color map")
        pictures = FolderPictures(options)
        classes = try Self.stems(in: path + "/" + Self.classFolder)
        objects = try Self.stems(in: path + "/" + Self.objectFolder)
        files = try Self.stems(in: path + "/" + Self.pictureFolder)
    }

    mutating func read() throws -> LabelReading {
        var labels = LabelSet(categories: table.categories)
        let listed = try listedNames()
        for name in Set(classes.keys).union(listed.keys).sorted() {
            do throws(LabelError) {
                guard let file = classes[name] else {
                    throw LabelError(
                        path: "\(path)/\(listed[name] ?? Self.listFolder)",
                        "“\(name)” is listed, but \(Self.classFolder) has no picture of it")
                }
                labels.pictures.append(try picture(name, file))
            } catch {
                problems.omit(error)
            }
        }
        if hasIgnored, !labels.categories.contains(where: \.isIgnored) {
            labels.categories.append(LabelTable.ignored)
        }
        return LabelReading(labels, problems: problems, tellsInstances: !objects.isEmpty)
    }

    private mutating func picture(
        _ name: String, _ file: String
    ) throws(LabelError) -> LabeledPicture {
        let regions = try IDRegions.read(
            "\(path)/\(Self.classFolder)/\(file)", table: table, &problems)
        let shown = files[name].map { Self.pictureFolder + "/" + $0 } ?? file
        var picture = try pictures.picture(
            shown, size: regions.size, label: regions.path, &problems)
        if let object = objects[name] {
            let parts = try IDRegions.read(
                "\(path)/\(Self.objectFolder)/\(object)", table: nil, &problems)
            guard parts.size == regions.size else {
                throw LabelError(
                    path: parts.path, "\(parts.size) pixels, but \(regions.size) in \(file)")
            }
            picture.objects = instances(parts, regions)
        } else {
            picture.objects = regions.ids.compactMap { object(regions, $0, regions.masks[$0]) }
        }
        let hasOwn = table.categories.contains { $0.number == LabelTable.ignoredValue }
        if let border = regions.masks[LabelTable.ignoredValue], !hasOwn {
            hasIgnored = true
            picture.objects.append(
                LabeledObject(
                    category: table.categories.count, region: .runs(border), place: "value 255"))
        }
        return picture
    }

    /// Returns the objects of a picture, each with the class of most of its pixels, and what the
    /// classes have besides.
    private mutating func instances(_ parts: IDRegions, _ classes: IDRegions) -> [LabeledObject] {
        var result: [LabeledObject] = []
        var covered = RunLengthMask(empty: parts.size)
        for id in parts.ids where id != LabelTable.ignoredValue {
            guard let mask = parts.masks[id] else { continue }
            covered = covered.union(mask)
            let shares = classes.ids.filter { $0 != LabelTable.ignoredValue }.map { value in
                (value, classes.masks[value].map { mask.intersection($0).area } ?? 0)
            }
            guard let most = shares.max(by: { $0.1 < $1.1 }), most.1 > 0 else {
                problems.append(
                    LabelProblem(
                        .omitted, path: parts.path, place: "object \(id)",
                        "none of its pixels has a class"))
                continue
            }
            guard var object = object(classes, most.0, mask) else { continue }
            object.instance = id
            object.place = "object \(id)"
            result.append(object)
        }
        for id in classes.ids where id != LabelTable.ignoredValue {
            let rest = classes.masks[id].map { $0.subtracting(covered) }
            guard let rest, !rest.isEmpty else { continue }
            if let object = object(classes, id, rest) { result.append(object) }
        }
        return result
    }

    /// Returns an object with the class of a value; reports and returns nil without a class.
    private mutating func object(
        _ regions: IDRegions, _ value: Int, _ mask: RunLengthMask?
    ) -> LabeledObject? {
        guard let mask else { return nil }
        guard let index = table.categories.firstIndex(where: { $0.number == value }) else {
            if value != LabelTable.ignoredValue {
                problems.append(
                    LabelProblem(
                        .omitted, path: regions.path, place: "value \(value)",
                        "\(mask.area) pixels of a value without a class"))
            }
            return nil
        }
        return LabeledObject(category: index, region: .runs(mask), place: "value \(value)")
    }

    /// Returns the listed names, each with the file that lists it.
    private func listedNames() throws -> [String: String] {
        let folder = path + "/" + Self.listFolder
        guard case .folder? = try? PathStatus(folder) else { return [:] }
        var names: [String: String] = [:]
        for file in try FolderListing(folder).files where file.hasSuffix(".txt") {
            for line in try SequenceFolder.lines(of: folder + "/" + file) {
                let name = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
                names[name] = names[name] ?? Self.listFolder + "/" + file
            }
        }
        return names
    }

    /// Returns the picture files of a folder by their paths without endings; nothing without the
    /// folder.
    private static func stems(in folder: String) throws(FileFailure) -> [String: String] {
        guard case .folder? = try? PathStatus(folder) else { return [:] }
        return Dictionary(
            try PNGFormat.pictureFiles(in: folder).map { (SequenceFolder.stem($0), $0) }
        ) { first, _ in first }
    }
}
