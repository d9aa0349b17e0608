/// Reads the object annotations of COCO: one JSON object with `images`, `annotations` and
/// `categories`.
struct COCOReader {
    let path: String
    var resolver: PictureResolver
    var labels = LabelSet()
    var problems: [LabelProblem] = []
    var categories: [COCOIdentifier: Int] = [:]
    private var categoryNames: Set<String> = []
    /// The picture of each image id; nil for those that were omitted.
    var pictures: [COCOIdentifier: Int?] = [:]
    /// The annotations of omitted pictures, by the id of the image.
    var withoutPicture: [COCOIdentifier: Int] = [:]
    var annotationNumbers: Set<Int> = []
    /// The numbers of annotations and of images that have each key without a place in labels.
    var ignoredKeys: [String: Int] = [:]
    var ignoredPictureKeys: [String: Int] = [:]

    init(path: String, options: LabelReadingOptions) {
        self.path = path
        resolver = PictureResolver(path: path, options: options)
    }

    /// Reads a file.
    mutating func read() throws -> LabelReading {
        let file = try JSONFile(path: path)
        problems = file.problems
        guard let members = file.root.members else {
            let isResults = file.root.elements?.first?["image_id"] != nil
            throw LabelError(
                path: path,
                "expected an object with images, annotations and categories, found "
                    + file.root.kind
                    + (isResults ? " of annotations: a results file of pycocotools" : ""))
        }
        for (index, row) in try list("categories", in: members).enumerated() {
            try addCategory(row, place: "categories[\(index)]")
        }
        try addPictures(list("images", in: members))
        let annotations = try list("annotations", in: members)
        for (index, row) in annotations.enumerated() { addAnnotation(row, index: index) }
        reportCounts()
        reportOthers(members)
        return LabelReading(labels, problems: problems)
    }

    private func list(_ key: String, in members: [JSONMember]) throws -> [JSONNode] {
        guard let value = members.first(where: { $0.key == key })?.value else {
            throw LabelError(path: path, place: key, "there is no list “\(key)”")
        }
        guard let elements = value.elements else {
            throw LabelError(
                path: path, place: key, "“\(key)” is \(value.kind); a list is expected")
        }
        return elements
    }

    mutating func report(_ outcome: LabelProblem.Outcome, _ place: String, _ message: String) {
        problems.append(LabelProblem(outcome, path: path, place: place, message))
    }

    /// Returns the id in a member; reports one that is text.
    mutating func identifier(
        _ row: JSONNode, _ key: String, place: String, subject: String
    ) -> COCOIdentifier? {
        guard let value = row[key], let identifier = COCOIdentifier(value) else { return nil }
        if value.string != nil {
            report(.repaired, "\(place).\(key)", "\(subject): \(key) is text, not a number")
        }
        return identifier
    }

    private mutating func addCategory(_ row: JSONNode, place: String) throws {
        guard let id = identifier(row, "id", place: place, subject: "a category") else {
            throw LabelError(path: path, place: "\(place).id", "a category has no number as its id")
        }
        guard categories[id] == nil else {
            throw LabelError(
                path: path, place: "\(place).id",
                "category \(id) stands twice: its annotations have two meanings")
        }
        var name = row["name"]?.string ?? ""
        if name.isEmpty {
            name = "\(id)"
            report(.repaired, "\(place).name", "category \(id) has no name; its id is used")
        }
        if !categoryNames.insert(name).inserted {
            report(
                .repaired, "\(place).name",
                "the category name “\(name)” stands twice; both are kept, with their ids")
        }
        categories[id] = labels.categories.count
        labels.categories.append(
            LabeledCategory(
                name, number: id.number, color: row["color"].flatMap(COCOColor.color),
                supercategory: row["supercategory"]?.string))
    }

    private mutating func addPictures(_ rows: [JSONNode]) throws {
        var names: [String: Int] = [:]
        for (index, row) in rows.enumerated() {
            let place = "images[\(index)]"
            guard let id = identifier(row, "id", place: place, subject: "an image") else {
                report(.omitted, "\(place).id", "an image has no number as its id")
                continue
            }
            guard pictures[id] == nil else {
                throw LabelError(
                    path: path, place: "\(place).id",
                    "image \(id) stands twice: its annotations have two pictures")
            }
            guard let name = row["file_name"]?.string, !name.isEmpty else {
                report(.omitted, "\(place).file_name", "image \(id) has no file_name")
                pictures[id] = .some(nil)
                continue
            }
            if let first = names[name] {
                report(
                    .repaired, "\(place).file_name",
                    "the picture “\(name)” stands twice; the labels of both are joined")
                pictures[id] = .some(first)
                continue
            }
            pictures[id] = .some(addPicture(row, name: name, id: id, place: place))
            if case .some(.some(let picture)) = pictures[id] { names[name] = picture }
        }
    }

    /// Returns the number of the picture; nil when it cannot be used.
    private mutating func addPicture(
        _ row: JSONNode, name: String, id: COCOIdentifier, place: String
    ) -> Int? {
        resolver.problems = []
        defer { problems += resolver.problems }
        countOthers(row)
        var stated: PictureSize?
        if row["width"] != nil || row["height"] != nil {
            guard let width = row["width"]?.int, let height = row["height"]?.int else {
                resolver.problems = [
                    LabelProblem(
                        .omitted, path: path, place: place,
                        "“\(name)”: width and height are no whole numbers")
                ]
                return nil
            }
            stated = PictureSize(height: height, width: width)
        }
        guard
            var picture = resolver.picture(
                name, stated: stated, place: place, namePlace: "\(place).file_name")
        else { return nil }
        picture.number = id.number
        labels.pictures.append(picture)
        return labels.pictures.count - 1
    }
}

/// The id of a category or an image: a number, or text in the files of some programs.
enum COCOIdentifier: Hashable, CustomStringConvertible {
    case number(Int)
    case text(String)

    init?(_ node: JSONNode) {
        if let number = node.int {
            self = .number(number)
        } else if let text = node.string {
            self = Int(text).map { .number($0) } ?? .text(text)
        } else {
            return nil
        }
    }

    var number: Int? { if case .number(let number) = self { number } else { nil } }

    var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): "“\(text)”"
        }
    }
}
