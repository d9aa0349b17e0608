import Foundation
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

    /// A JSON file of a film.
    private struct Film: Decodable {
        struct Mask: Decodable {
            let size: [Int]
            let counts: String
        }

        let name: String
        let height: Double?
        let width: Double?
        /// By frame, then by object; null where an object is not labeled.
        let masks: [[Mask?]]
        let objects: [Int]

        private enum CodingKeys: String, CodingKey {
            case name = "video_id"
            case height = "video_height"
            case width = "video_width"
            case masks = "masklet"
            case objects = "masklet_id"
        }

        var size: PictureSize? {
            guard let height, let width, let rows = Int(exactly: height),
                let columns = Int(exactly: width)
            else { return nil }
            return PictureSize(height: rows, width: columns)
        }
    }

    static func recognizes(_ path: String) throws -> Bool {
        guard case .folder = try PathStatus(path) else { return try isFilm(path) }
        if case .folder? = try? PathStatus(path + "/" + labelFolder) { return true }
        return try jsonFiles(in: path).first.map { try isFilm(path + "/" + $0) } ?? false
    }

    /// Whether the first keys of a JSON file are those of a film.
    private static func isFilm(_ path: String) throws -> Bool {
        let head = try MappedFile(path: path).withBytes { Array($0.prefix(1 << 14)) }
        let text = String(decoding: head, as: UTF8.self)
        return text.hasPrefix("{") && text.contains("\"video_id\"")
            && (text.contains("\"masklet\"") || text.contains("\"masklet_id\""))
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
        let bytes = try FileReader.bytes(path: path)
        let film: Film
        do {
            film = try JSONDecoder().decode(Film.self, from: Data(bytes))
        } catch {
            throw LabelError(path: path, "not a film of SA-V: \(error.cause)")
        }
        let name = film.name + ".mp4"
        if let size = film.size, !size.isUsable {
            throw LabelError(path: path, place: "video_height", "no size of a picture: \(size)")
        }
        if let size = film.size, let actual = options.size(name), actual != size {
            throw LabelError(
                path: path, place: "video_height", "\(size) pixels, but the film has \(actual)")
        }
        for (index, masks) in film.masks.enumerated() {
            let place = "masklet[\(index)]"
            guard masks.count == film.objects.count else {
                reading.problems.append(
                    LabelProblem(
                        .omitted, path: path, place: place,
                        "\(masks.count) masks for \(film.objects.count) objects"))
                continue
            }
            var picture = LabeledPicture(
                name: name, frame: frameStep * index, size: film.size)
            for (object, mask) in zip(film.objects, masks) {
                guard let mask else { continue }
                do throws(LabelError) {
                    let runs = try self.mask(mask, film, path, "\(place), object \(object)")
                    picture.size = runs.size
                    if runs.isEmpty { continue }
                    picture.objects.append(
                        LabeledObject(
                            category: 0, region: .runs(runs), instance: object,
                            place: "\(place), object \(object)"))
                } catch {
                    reading.problems.omit(error)
                }
            }
            reading.labels.pictures.append(picture)
        }
    }

    private static func mask(
        _ mask: Film.Mask, _ film: Film, _ path: String, _ place: String
    ) throws(LabelError) -> RunLengthMask {
        guard mask.size.count == 2 else {
            throw LabelError(path: path, place: place, "a size of \(mask.size.count) numbers")
        }
        let size = PictureSize(height: mask.size[0], width: mask.size[1])
        guard size.isUsable, film.size == nil || film.size == size else {
            throw LabelError(
                path: path, place: place,
                "a mask of \(size) in a film of \(film.size.map { "\($0)" } ?? "unknown size")")
        }
        do throws(RunLengthError) {
            return try RunLengthMask(size: size, compressed: mask.counts)
        } catch {
            throw LabelError(path: path, place: place, "\(error)")
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
        var found: [String: LabeledPicture] = [:]
        for file in try PNGFormat.pictureFiles(in: root) {
            let parts = file.split(separator: "/").map(String.init)
            do throws(LabelError) {
                guard parts.count == 3, let object = Int(parts[1]) else {
                    throw LabelError(
                        path: root + "/" + file, "expected FILM/OBJECT/FRAME.png, OBJECT a number")
                }
                let regions = try MaskFormat.mask(root + "/" + file, &reading.problems)
                let stem = parts[0] + "/" + SequenceFolder.stem(parts[2])
                let known = shown.contains(stem + ".jpg")
                let name = known ? "\(pictureFolder)/\(stem).jpg" : stem + ".png"
                var picture = try pictures.picture(
                    name, size: regions.size, label: regions.path, &reading.problems)
                if let other = found[name] {
                    guard other.size == picture.size else {
                        throw LabelError(
                            path: regions.path,
                            "\(regions.size) pixels, unlike the other objects of the frame")
                    }
                    picture = other
                }
                picture.objects += regions.masks.values.map {
                    LabeledObject(
                        category: 0, region: .runs($0), instance: object,
                        place: "object \(object)")
                }
                found[name] = picture
            } catch {
                reading.problems.omit(error)
            }
        }
        reading.labels.pictures += found.sorted { $0.key < $1.key }.map(\.value)
    }
}
