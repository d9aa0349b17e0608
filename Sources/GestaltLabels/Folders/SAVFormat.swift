import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// SA-V: the JSON files of its training films, or the folders of masks of the others.
    ///
    /// A JSON file (`sav_000101_manual.json`, or a folder of them) has run-length masks of every
    /// fourth frame; a picture is that frame of the film `sav_000101.mp4`. In folders
    /// (`Annotations_6fps/FILM/OBJECT/FRAME.png`) a picture is `FILM/FRAME`, below
    /// `JPEGImages_24fps` where that is. All objects have the category `object`; their numbers are
    /// those of the file or the folder.
    ///
    /// The format is only read.
    public static let sav = LabelFormat(
        title: "SA-V", recognizes: { try SAVFormat.recognizes($0) },
        read: { try SAVFormat.read($0, $1) })
}

enum SAVFormat {
    private static let labelFolder = "Annotations_6fps"
    private static let pictureFolder = "JPEGImages_24fps"
    /// Labels are of six frames a second, films of twenty-four.
    private static let frameStep = 4

    static func recognizes(_ path: String) throws -> Bool {
        guard case .folder = try PathStatus(path) else { return try isFilm(path) }
        if case .folder? = try? PathStatus(path + "/" + labelFolder) { return true }
        return try jsonFiles(in: path).first.map { try isFilm(path + "/" + $0) } ?? false
    }

    private static func isFilm(_ path: String) throws -> Bool {
        try JSONSummary(path: path)?.keys.isSuperset(of: ["video_id", "masklet"]) ?? false
    }

    private static func jsonFiles(in folder: String) throws(FileFailure) -> [String] {
        try FolderListing(folder, isRecursive: false).files.filter {
            $0.lowercased().hasSuffix(".json")
        }
    }

    static func read(_ path: String, _ options: LabelReadingOptions) throws -> LabelReading {
        var reading = LabelReading(LabelSet(categories: [LabeledCategory("object")]))
        guard case .folder = try PathStatus(path) else {
            try readFilm(path, options, &reading)
            return reading
        }
        if case .folder? = try? PathStatus(path + "/" + labelFolder) {
            try readFolders(path, options, &reading)
            return reading
        }
        for file in try jsonFiles(in: path) {
            do {
                try readFilm(path + "/" + file, options, &reading)
            } catch let error as LabelError {
                reading.problems.omit(error)
            }
        }
        return reading
    }

    // MARK: JSON

    private static func readFilm(
        _ path: String, _ options: LabelReadingOptions, _ reading: inout LabelReading
    ) throws {
        let file = try JSONFile(path: path)
        reading.problems += file.problems
        let film = try SAVFilm(file.root, path: path)
        if let size = film.size, let actual = options.size(film.name), actual != size {
            throw LabelError(
                path: path, place: "video_height", "\(size) pixels, but the film has \(actual)")
        }
        for (index, masks) in film.masks.enumerated() {
            let place = "masklet[\(index)]"
            guard let masks = masks.elements, masks.count == film.objects.count else {
                reading.problems.append(
                    LabelProblem(
                        .omitted, path: path, place: place,
                        "expected a mask for each of \(film.objects.count) objects"))
                continue
            }
            var picture = LabeledPicture(
                name: film.name, frame: frameStep * index, size: film.size)
            for (object, mask) in zip(film.objects, masks) {
                let place = "\(place), object \(object)"
                do throws(LabelError) {
                    guard let runs = try film.runs(mask, place: place) else { continue }
                    picture.size = runs.size
                    picture.objects.append(
                        LabeledObject(
                            category: 0, region: .runs(runs), instance: object, place: place))
                } catch {
                    reading.problems.omit(error)
                }
            }
            reading.labels.pictures.append(picture)
        }
    }

    // MARK: Folders

    private static func readFolders(
        _ path: String, _ options: LabelReadingOptions, _ reading: inout LabelReading
    ) throws {
        let root = path + "/" + labelFolder
        let pictures = FolderPictures(options)
        var shown: Set<String> = []
        if case .folder? = try? PathStatus(path + "/" + pictureFolder) {
            shown = Set(try PNGFormat.pictureFiles(in: path + "/" + pictureFolder))
        }
        var merged = MergedPictures()
        for file in try PNGFormat.pictureFiles(in: root) {
            let parts = file.split(separator: "/").map(String.init)
            do throws(LabelError) {
                guard parts.count == 3, let object = Int(parts[1]) else {
                    throw LabelError(
                        path: root + "/" + file, "expected FILM/OBJECT/FRAME.png, OBJECT a number")
                }
                let regions = try MaskFormat.mask(root + "/" + file, &reading.problems)
                let stem = parts[0] + "/" + SequenceFolder.stem(parts[2])
                let isShown = shown.contains(stem + ".jpg")
                let picture = try pictures.picture(
                    isShown ? "\(pictureFolder)/\(stem).jpg" : stem + ".png",
                    size: regions.size, label: regions.path, &reading.problems)
                let objects = regions.masks.values.map {
                    LabeledObject(
                        category: 0, region: .runs($0), instance: object,
                        place: "object \(object)")
                }
                try merged.add(objects, to: picture, label: regions.path)
            } catch {
                reading.problems.omit(error)
            }
        }
        reading.labels.pictures += merged.sorted
    }
}

/// A JSON file of a film of SA-V.
private struct SAVFilm {
    let path: String
    let name: String
    let size: PictureSize?
    /// By frame; each has a mask for every object.
    let masks: [JSONNode]
    let objects: [Int]

    init(_ root: JSONNode, path: String) throws(LabelError) {
        guard let id = root["video_id"]?.string else {
            throw LabelError(path: path, place: "video_id", "expected text")
        }
        guard let masks = root["masklet"]?.elements else {
            throw LabelError(path: path, place: "masklet", "expected a list")
        }
        let objects = root["masklet_id"]?.elements ?? []
        self.path = path
        name = id + ".mp4"
        self.masks = masks
        self.objects = objects.compactMap(\.int)
        guard self.objects.count == objects.count else {
            throw LabelError(path: path, place: "masklet_id", "expected whole numbers")
        }
        if let height = root["video_height"]?.int, let width = root["video_width"]?.int {
            let size = PictureSize(height: height, width: width)
            guard size.isUsable else {
                throw LabelError(path: path, place: "video_height", "no size of a picture: \(size)")
            }
            self.size = size
        } else {
            size = nil
        }
    }

    /// Returns a mask; nil for null and for a mask without pixels.
    func runs(_ mask: JSONNode, place: String) throws(LabelError) -> RunLengthMask? {
        if case .null = mask { return nil }
        let reading = COCOSegmentation(size: size).region(mask)
        guard case .runs(let runs)? = reading.region else {
            let remark = reading.remarks.first
            throw LabelError(
                path: path, place: place + (remark?.place ?? ""),
                remark?.message ?? "expected runs of COCO, found \(mask.kind)")
        }
        return runs.isEmpty ? nil : runs
    }
}
