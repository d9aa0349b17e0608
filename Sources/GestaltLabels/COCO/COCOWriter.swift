import GestaltIO
import GestaltMedia

/// Writes the object annotations of COCO.
///
/// Ids of images, annotations and categories are kept where they are unique; others are numbered
/// after the largest. Polygons are written as such, boxes as their corners, masks and ellipses as
/// compressed runs. `area` is the number of pixels, as in COCO's own files.
struct COCOWriter {
    private let labels: LabelSet
    private let path: String
    private let categoryIDs: [Int]
    private let imageIDs: [Int]

    init(_ labels: LabelSet, path: String) {
        self.labels = labels
        self.path = path
        categoryIDs = Self.identifiers(labels.categories.map(\.number))
        imageIDs = Self.identifiers(labels.pictures.map(\.number))
    }

    /// Returns the stated ids; where there is none or it occurred before, one after the largest.
    private static func identifiers(_ stated: [Int?]) -> [Int] {
        var used: Set<Int> = []
        let kept = stated.map { number in number.flatMap { used.insert($0).inserted ? $0 : nil } }
        var next = max(0, used.max() ?? 0)
        return kept.map { number in
            if let number { return number }
            // Beyond the largest integer there is no next one: the smallest free one then.
            next = next == .max ? (1...).first { !used.contains($0) } ?? 1 : next + 1
            used.insert(next)
            return next
        }
    }

    /// Writes the file, and returns what it cannot hold.
    ///
    /// - Throws: ``LabelError`` for a picture without size; `FileFailure` when the file cannot be
    ///   written.
    func write() throws -> [LabelProblem] {
        let objects = labels.pictures.reduce(0) { $0 + $1.objects.count }
        for (index, picture) in labels.pictures.enumerated() where picture.size == nil {
            throw LabelError(
                path: path, place: "images[\(index)]",
                "“\(picture.name)” has no known size, which COCO needs")
        }
        var json = JSONWriter(capacity: 1024 + 512 * objects)
        json.object { json in
            json.key("images")
            json.list { json in
                for (index, picture) in labels.pictures.enumerated() {
                    json.line()
                    writeImage(picture, id: imageIDs[index], to: &json)
                }
            }
            json.key("annotations")
            json.list { writeAnnotations(to: &$0) }
            json.key("categories")
            json.list { json in
                for (index, category) in labels.categories.enumerated() {
                    json.line()
                    writeCategory(category, id: categoryIDs[index], to: &json)
                }
            }
        }
        try AtomicFile.write(json.bytes, to: path)
        return labels.categories.filter(\.isIgnored).map { category in
            LabelProblem(
                .ignored, path: path, place: "categories",
                "“\(category.name)” marks ignored pixels, which COCO does not distinguish")
        }
    }

    private func writeImage(
        _ picture: LabeledPicture, id: Int, to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("id", id)
            json.member("file_name", picture.fileName)
            json.member("width", picture.size?.width ?? 0)
            json.member("height", picture.size?.height ?? 0)
        }
    }

    private func writeCategory(_ category: LabeledCategory, id: Int, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("name", category.name)
            if let group = category.supercategory { json.member("supercategory", group) }
            if let color = category.color {
                json.key("color")
                json.list { json in
                    for part in [color.red, color.green, color.blue] { json.value(Int(part)) }
                }
            }
        }
    }

    private func writeAnnotations(to json: inout JSONWriter) {
        let numbers = Self.identifiers(labels.pictures.flatMap { $0.objects.map(\.number) })
        var next = 0
        for (index, picture) in labels.pictures.enumerated() {
            guard let size = picture.size else { continue }
            for object in picture.objects {
                json.line()
                writeAnnotation(
                    object, id: numbers[next], image: imageIDs[index], size: size, to: &json)
                next += 1
            }
        }
    }

    private func writeAnnotation(
        _ object: LabeledObject, id: Int, image: Int, size: PictureSize, to json: inout JSONWriter
    ) {
        let mask = object.region.runs(size: size)
        json.object { json in
            json.member("id", id)
            json.member("image_id", image)
            json.member("category_id", categoryIDs[object.category])
            json.key("segmentation")
            switch object.region {
            case .polygons, .box: write(object.region.outlines, to: &json)
            case .runs, .ellipse: write(mask, to: &json)
            }
            json.member("area", mask.area)
            json.key("bbox")
            json.list { json in
                let bounds = mask.bounds ?? (rows: 0..<0, columns: 0..<0)
                json.value(bounds.columns.lowerBound)
                json.value(bounds.rows.lowerBound)
                json.value(bounds.columns.count)
                json.value(bounds.rows.count)
            }
            json.member("iscrowd", object.isCrowd ? 1 : 0)
            if let instance = object.instance { json.member("track_id", instance) }
            if let score = object.score { json.member("score", Double(score)) }
        }
    }

    private func write(_ outlines: [[LabelPoint]], to json: inout JSONWriter) {
        json.list { json in
            for outline in outlines {
                json.list { json in
                    for point in outline {
                        json.value(point.x)
                        json.value(point.y)
                    }
                }
            }
        }
    }

    private func write(_ mask: RunLengthMask, to json: inout JSONWriter) {
        json.object { json in
            json.key("size")
            json.list { json in
                json.value(mask.size.height)
                json.value(mask.size.width)
            }
            json.member("counts", mask.compressed)
        }
    }
}
