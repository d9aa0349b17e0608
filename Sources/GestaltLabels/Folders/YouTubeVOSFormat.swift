import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// The folders of YouTube-VOS: `meta.json` with the category of each object, and `Annotations`.
    ///
    /// The path is the folder or its `meta.json`. The index of a pixel is its object, which keeps
    /// its number over the frames of a film. Objects with pixels and no entry in `meta.json` have the
    /// category `object`; they are reported, as are entries without pixels, frames that an entry
    /// omits, and films without a folder.
    ///
    /// Written are `meta.json` and `Annotations`; colors have no place there.
    public static let youTubeVOS = LabelFormat(
        title: "YouTube-VOS", recognizes: { try YouTubeVOSReader.recognizes($0) },
        read: { path, options in
            var reader = try YouTubeVOSReader(path, options)
            return try reader.read()
        },
        write: { try YouTubeVOSReader.write($0, to: $1) })
}

/// The file `meta.json` of YouTube-VOS.
struct YouTubeVOSMeta {
    struct Object {
        var category: String
        /// The stems of the frames that show it; nil where they are not stated.
        var frames: Set<String>?
    }

    /// By film, then by object.
    var films: [String: [String: Object]] = [:]
}

extension YouTubeVOSMeta {
    /// - Throws: ``LabelError`` for JSON text without films and objects.
    init(_ root: JSONNode, path: String) throws(LabelError) {
        guard let members = root["videos"]?.members else {
            throw LabelError(path: path, place: "videos", "expected an object with films")
        }
        for film in members {
            guard let objects = film.value["objects"]?.members else {
                throw LabelError(
                    path: path, place: "videos.\(film.key)", "expected an object “objects”")
            }
            var entries: [String: Object] = [:]
            for object in objects {
                let place = "videos.\(film.key).objects.\(object.key)"
                guard let category = object.value["category"]?.string else {
                    throw LabelError(path: path, place: place, "expected text “category”")
                }
                let frames = object.value["frames"]?.elements?.compactMap(\.string)
                entries[object.key] = Object(category: category, frames: frames.map(Set.init))
            }
            films[film.key] = entries
        }
    }

    /// The text of the file.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("videos")
            writer.object { writer in
                for (name, objects) in films.sorted(by: { $0.key < $1.key }) {
                    writer.key(name)
                    writer.object { writer in
                        writer.key("objects")
                        writer.object { Self.write(objects, &$0) }
                    }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    private static func write(_ objects: [String: Object], _ writer: inout JSONWriter) {
        for (number, object) in objects.sorted(by: { $0.key < $1.key }) {
            writer.key(number)
            writer.object { writer in
                writer.member("category", object.category)
                writer.key("frames")
                writer.list { writer in
                    for frame in (object.frames ?? []).sorted() { writer.value(frame) }
                }
            }
        }
    }
}

/// A reader of the folders of YouTube-VOS.
struct YouTubeVOSReader {
    static let metaFile = "meta.json"
    /// The category of objects that `meta.json` omits.
    private static let unnamed = "object"

    private let path: String
    private let meta: YouTubeVOSMeta
    private let pictures: FolderPictures
    private var problems: [LabelProblem] = []
    private var categories: [LabeledCategory]
    private var indices: [String: Int] = [:]

    static func recognizes(_ path: String) throws -> Bool {
        let folder = folder(path)
        guard case .folder? = try? PathStatus(folder + "/" + SequenceFolder.labelFolder),
            case .file? = try? PathStatus(folder + "/" + metaFile)
        else { return false }
        return try JSONSummary(path: folder + "/" + metaFile)?.keys.contains("videos") ?? false
    }

    private static func folder(_ path: String) -> String {
        path.hasSuffix("/" + metaFile) || path == metaFile ? PNGFormat.parent(of: path) : path
    }

    init(_ path: String, _ options: LabelReadingOptions) throws {
        self.path = Self.folder(path)
        let file = try JSONFile(path: self.path + "/" + Self.metaFile)
        problems = file.problems
        meta = try YouTubeVOSMeta(file.root, path: self.path + "/" + Self.metaFile)
        pictures = FolderPictures(options)
        let names = Set(meta.films.values.flatMap { $0.values.map(\.category) })
        categories = names.sorted().map { LabeledCategory($0) }
        for (index, category) in categories.enumerated() { indices[category.name] = index }
    }

    mutating func read() throws -> LabelReading {
        let folder = try SequenceFolder(path)
        var labeled: [LabeledPicture] = []
        let names = Set(folder.sequences.map(\.name))
        for name in meta.films.keys.sorted() where !names.contains(name) {
            report(.omitted, name, "\(SequenceFolder.labelFolder) has no such film")
        }
        for sequence in folder.sequences {
            let frames = folder.frames(of: sequence, pictures, &problems)
            labeled += frames.map { picture, regions in
                var picture = picture
                picture.objects = objects(regions, sequence.name)
                return picture
            }
            compare(sequence.name, frames.map { ($0.regions.stem, $0.regions.ids) })
        }
        return LabelReading(
            LabelSet(categories: categories, pictures: labeled), problems: problems)
    }

    private mutating func objects(_ regions: IDRegions, _ film: String) -> [LabeledObject] {
        regions.ids.compactMap { id in
            guard let mask = regions.masks[id] else { return nil }
            let object = meta.films[film]?["\(id)"]
            let isIgnored = object == nil && id == LabelTable.ignoredValue
            let category =
                isIgnored
                ? index(of: LabelTable.ignored)
                : index(of: LabeledCategory(object?.category ?? Self.unnamed))
            return LabeledObject(
                category: category, region: .runs(mask), instance: isIgnored ? nil : id,
                place: "value \(id)")
        }
    }

    private mutating func index(of category: LabeledCategory) -> Int {
        if let index = indices[category.name] { return index }
        indices[category.name] = categories.count
        categories.append(category)
        return categories.count - 1
    }

    // MARK: Comparison

    /// Reports how the objects in the label pictures of a film differ from those of `meta.json`.
    private mutating func compare(_ film: String, _ frames: [(stem: String, ids: [Int])]) {
        let entries = meta.films[film] ?? [:]
        let seen = Set(frames.flatMap(\.ids)).subtracting([LabelTable.ignoredValue])
        let unnamed = seen.filter { entries["\($0)"] == nil }.sorted()
        if !unnamed.isEmpty {
            let noun = unnamed.count == 1 ? "object" : "objects"
            report(
                .repaired, film,
                "\(noun) \(unnamed.map(String.init).joined(separator: ", ")) without an entry; the "
                    + "category is “\(Self.unnamed)”")
        }
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            guard let id = Int(name), seen.contains(id) else {
                report(.repaired, film, "object \(name) is not in any label picture")
                continue
            }
            guard let stated = entry.frames else { continue }
            let shown = Set(frames.filter { $0.ids.contains(id) }.map(\.stem))
            report(name, film, shown.subtracting(stated), "where its entry does not list it")
            // The first frame alone is listed in sets whose other frames are to be predicted.
            if frames.count > 1 {
                report(name, film, stated.subtracting(shown), "listed, without pixels there")
            }
        }
    }

    private mutating func report(
        _ object: String, _ film: String, _ frames: Set<String>, _ message: String
    ) {
        guard !frames.isEmpty else { return }
        let names = frames.sorted().prefix(5).joined(separator: ", ")
        let more = frames.count > 5 ? " and \(frames.count - 5) more" : ""
        report(.repaired, film, "object \(object) in \(names)\(more): \(message)")
    }

    private mutating func report(
        _ outcome: LabelProblem.Outcome, _ film: String, _ message: String
    ) {
        problems.append(
            LabelProblem(outcome, path: path + "/" + Self.metaFile, place: film, message))
    }
}

extension IDRegions {
    /// The name of the file without its ending.
    var stem: String {
        SequenceFolder.stem(path.split(separator: "/").last.map(String.init) ?? path)
    }
}
