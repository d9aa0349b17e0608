import GestaltIO

/// Writes a YOLO data set without its pictures: `data.yaml`, and `labels` with one text file for
/// each picture.
///
/// A row has one outline: parts and holes are joined by bridges without width. Crowds are omitted,
/// as YOLO would learn them as one object.
struct YOLOWriter {
    private let labels: LabelSet
    private let path: String

    init(_ labels: LabelSet, path: String) {
        self.labels = labels
        self.path = path
    }

    /// - Parameter path: a folder, which is created.
    /// - Returns: what YOLO cannot hold.
    /// - Throws: ``LabelError`` for a picture without size; `FileFailure` when a file cannot be
    ///   written.
    func write() throws -> [LabelProblem] {
        try OutputFolder.make(path + "/labels")
        var problems: [LabelProblem] = []
        var splits: Set<String> = []
        for picture in labels.pictures {
            let name = PictureName(picture.fileName)
            let folders = name.folder.split(separator: "/").filter { $0 != ".." }
            let inside = folders.first == "images" ? folders.dropFirst() : folders[...]
            splits.insert(inside.first.map(String.init) ?? "")
            let folder = (["labels"] + inside.map(String.init)).joined(separator: "/")
            try OutputFolder.make(path + "/" + folder)
            let file = "\(folder)/\(name.stem).txt"
            try AtomicFile.write(rows(of: picture, file: file, &problems), to: path + "/" + file)
        }
        try AtomicFile.write(Array(yaml(splits: splits).utf8), to: path + "/data.yaml")
        let held: Set<LabelFeature> = [.unusedCategories, .crowds]
        var losses = LabelFeature.losses(of: labels, path: path, holding: held)
        // Numbers that are the places in the list are held.
        if labels.categories.enumerated().allSatisfy({ $1.number == nil || $1.number == $0 }) {
            losses = LabelFeature.losses(
                of: labels, path: path, holding: held.union([.categoryNumbers]))
        }
        return problems + losses
    }

    private func yaml(splits: Set<String>) -> String {
        var lines = ["path: ."]
        for split in ["train", "val", "test"] where splits.contains(split) {
            lines.append("\(split): images/\(split)")
        }
        if lines.count == 1 { lines += ["train: images", "val: images"] }
        lines.append("nc: \(labels.categories.count)")
        lines.append("names:")
        for (index, category) in labels.categories.enumerated() {
            var json = JSONWriter()
            json.value(category.name)
            // A JSON string is a YAML string, whatever is in it.
            lines.append("  \(index): \(String(decoding: json.bytes, as: UTF8.self))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func rows(
        of picture: LabeledPicture, file: String, _ problems: inout [LabelProblem]
    ) throws -> [UInt8] {
        if picture.objects.isEmpty { return [] }
        guard let size = picture.size else {
            throw LabelError(
                path: path, place: picture.name,
                "“\(picture.name)” has no known size, which YOLO needs")
        }
        var text: [UInt8] = []
        for (index, object) in picture.objects.enumerated() {
            let outline = object.isCrowd ? [] : object.region.singleOutline(size: size)
            guard outline.count >= 3 else {
                problems.append(
                    LabelProblem(
                        .omitted, path: path + "/" + file, place: "object \(index)",
                        object.isCrowd ? "a crowd is not written" : "the object has no pixels"))
                continue
            }
            JSONWriter.append(object.category, to: &text)
            for point in outline {
                for (value, side) in [(point.x, size.width), (point.y, size.height)] {
                    text.append(UInt8(ascii: " "))
                    let share = ExactQuotient.share(value, of: Double(side), whole: 1)
                    JSONWriter.append(share, to: &text)
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}
