import Foundation
import GestaltMedia

/// Reads files of LabelMe. Shapes of one label and one group are one object.
struct LabelMeReader {
    private let options: LabelReadingOptions
    private var categories: CategoryTable
    private var pictures: [LabeledPicture] = []
    private var problems: [LabelProblem] = []

    init(options: LabelReadingOptions) {
        self.options = options
        categories = CategoryTable(options.categories)
    }

    var reading: LabelReading {
        LabelReading(
            LabelSet(categories: categories.categories, pictures: pictures), problems: problems)
    }

    mutating func report(
        _ outcome: LabelProblem.Outcome, _ path: String, _ place: String, _ message: String
    ) {
        problems.append(LabelProblem(outcome, path: path, place: place, message))
    }

    /// Adds the picture of one file.
    ///
    /// - Throws: ``LabelError`` when none of it can be used; `FileFailure` when it cannot be read.
    mutating func add(_ path: String) throws {
        let file = try JSONFile(path: path)
        problems += file.problems
        guard let shapes = file.root["shapes"] else {
            throw LabelError(path: path, place: "shapes", "there is no list “shapes”")
        }
        guard let rows = shapes.elements else {
            throw LabelError(
                path: path, place: "shapes", "“shapes” is \(shapes.kind), not a list")
        }
        var picture = try picture(of: file.root, path: path)
        var groups: [Group: Int] = [:]
        for (index, row) in rows.enumerated() {
            add(row, place: "shapes[\(index)]", path: path, to: &picture, groups: &groups)
        }
        pictures.append(picture)
    }

    private struct Group: Hashable {
        let category: Int
        let number: Int
    }

    // MARK: The picture

    private mutating func picture(of root: JSONNode, path: String) throws -> LabeledPicture {
        guard let name = root["imagePath"]?.string, !name.isEmpty else {
            throw LabelError(path: path, place: "imagePath", "there is no imagePath")
        }
        let embedded = try embeddedSize(in: root, path: path)
        var stated: PictureSize?
        if let height = root["imageHeight"]?.int, let width = root["imageWidth"]?.int {
            stated = PictureSize(height: height, width: width)
        }
        if let stated, let embedded, stated != embedded {
            throw LabelError(
                path: path, place: "imageHeight",
                "imageHeight and imageWidth are \(stated), but the picture in imageData has "
                    + "\(embedded)")
        }
        var resolver = PictureResolver(path: path, options: options)
        let picture = resolver.picture(
            name, stated: stated ?? embedded, isShown: true, place: "imagePath",
            namePlace: "imagePath", sizePlace: "imageHeight")
        guard let picture else {
            let problem = resolver.problems.last
            throw LabelError(path: path, place: problem?.place ?? "", problem?.message ?? "")
        }
        problems += resolver.problems
        return picture
    }

    /// Returns the size of the picture inside the file; nil without one.
    private func embeddedSize(in root: JSONNode, path: String) throws -> PictureSize? {
        guard let text = root["imageData"]?.string, !text.isEmpty else { return nil }
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters),
            let header = try? PictureHeader(Array(bytes), name: "imageData")
        else {
            throw LabelError(path: path, place: "imageData", "imageData is no picture in base 64")
        }
        return PictureSize(height: header.height, width: header.width)
    }

    // MARK: Shapes

    private mutating func add(
        _ row: JSONNode, place: String, path: String, to picture: inout LabeledPicture,
        groups: inout [Group: Int]
    ) {
        guard let label = row["label"]?.string else {
            let kind = row["label"]?.kind ?? "missing"
            report(.omitted, path, "\(place).label", "the label is \(kind); text is expected")
            return
        }
        let group = row["group_id"] ?? .null
        if case .null = group {
        } else if group.int == nil {
            report(
                .omitted, path, "\(place).group_id",
                "group_id is \(group.kind); a whole number or null is expected")
            return
        }
        let shape: LabelMeShape
        do throws(LabelMeShape.Fault) {
            shape = try LabelMeShape(row, size: picture.size)
        } catch {
            report(.omitted, path, place + error.place, "“\(label)”: \(error.message)")
            return
        }
        if let remark = shape.remark { report(.repaired, path, place, "“\(label)”: \(remark)") }
        reportUnread(row, place: place, path: path)
        let category = categories.index(of: label)
        var object = LabeledObject(
            category: category, region: shape.region, instance: group.int, place: place)
        guard let number = group.int else {
            picture.objects.append(object)
            return
        }
        let key = Group(category: category, number: number)
        if let index = groups[key] {
            object = picture.objects[index]
            object.region = object.region.joined(with: shape.region, size: picture.size)
            picture.objects[index] = object
        } else {
            groups[key] = picture.objects.count
            picture.objects.append(object)
        }
    }

    private mutating func reportUnread(_ row: JSONNode, place: String, path: String) {
        if let text = row["description"]?.string, !text.isEmpty {
            report(.ignored, path, place, "the description “\(text)” has no place in labels")
        }
        if let flags = row["flags"]?.members, !flags.isEmpty {
            let names = flags.map(\.key).joined(separator: ", ")
            report(.ignored, path, place, "the flags \(names) have no place in labels")
        }
    }
}
