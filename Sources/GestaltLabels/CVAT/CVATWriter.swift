import GestaltChecks

/// A writer of CVAT's XML files, for images and for video.
struct CVATWriter {
    private let labels: LabelSet
    private let path: String
    /// The film, where the pictures are frames of one.
    private let film: String?
    /// Whether shapes have the attribute `is_crowd`.
    private let hasCrowds: Bool

    /// - Precondition: categories of objects are among those of the labels.
    /// - Throws: ``LabelError`` for pictures without a size and for frames of several films.
    init(_ labels: LabelSet, path: String) throws(LabelError) {
        self.labels = labels.withSmallInstances
        self.path = path
        hasCrowds = labels.pictures.contains { $0.objects.contains(where: \.isCrowd) }
        let films = Set(labels.pictures.filter { $0.frame != nil }.map(\.name)).sorted()
        guard films.count <= 1 else {
            throw LabelError(
                path: path,
                "a CVAT file holds one film, these are frames of "
                    + films.prefix(5).joined(separator: ", "))
        }
        guard films.isEmpty || labels.pictures.allSatisfy({ $0.frame != nil }) else {
            throw LabelError(path: path, "a CVAT file holds pictures or a film, not both")
        }
        film = films.first
        for picture in labels.pictures where picture.size == nil {
            throw LabelError(path: path, "the size of \(picture.name) is not known")
        }
        for object in labels.pictures.flatMap(\.objects) {
            require(
                labels.categories.indices.contains(object.category),
                "CVATWriter: category \(object.category) of \(labels.categories.count)")
        }
    }

    /// Returns the text of the file.
    func text() throws(LabelError) -> String {
        let frames = labels.pictures.compactMap(\.frame).sorted()
        let step = frames.count > 1 ? frames[1] - frames[0] : 1
        let isEven =
            step > 0 && zip(frames, frames.dropFirst()).allSatisfy { $1 - $0 == step }
            && Set(labels.pictures.map(\.size)).count == 1
        if film != nil, !isEven, Set(frames).count < frames.count {
            throw LabelError(path: path, "a frame of \(film ?? "") appears twice")
        }
        var xml = XMLWriter()
        xml.start("annotations")
        xml.element("version", "1.1")
        if film != nil, isEven {
            let tracks = CVATTrackList(labels, step: step)
            writeMeta(&xml, mode: "interpolation", frames: frames, step: step)
            tracks.write(&xml, labels.categories, attributes: attributes(of:))
        } else {
            writeMeta(&xml, mode: "annotation", frames: frames, step: 1)
            writeImages(&xml)
        }
        xml.end()
        return xml.text
    }

    /// What the format has no place for.
    var losses: [LabelProblem] {
        var held: Set<LabelFeature> = [.colors, .unusedCategories, .instances, .crowds]
        if numbersAreUsable { held.insert(.pictureNumbers) }
        var result = LabelFeature.losses(of: labels, path: path, holding: held)
        let empty = labels.pictures.flatMap(\.objects).count {
            CVATElement.elements(of: $0.region).isEmpty
        }
        if empty > 0 {
            result.append(
                LabelProblem(
                    .ignored, path: path, place: "",
                    "\(empty) objects without pixels are not written"))
        }
        return result
    }

    /// Whether the numbers of pictures can be written: all different, or those of frames.
    private var numbersAreUsable: Bool {
        if film != nil { return labels.pictures.allSatisfy { $0.number == $0.frame } }
        return Set(labels.pictures.map(\.number)).count == labels.pictures.count
    }

    // MARK: Meta

    private func writeMeta(_ xml: inout XMLWriter, mode: String, frames: [Int], step: Int) {
        let last = frames.last ?? max(labels.pictures.count - 1, 0)
        xml.start("meta")
        xml.start("task")
        xml.element("name", film ?? "labels")
        xml.element("size", "\(labels.pictures.count)")
        xml.element("mode", mode)
        xml.element("start_frame", "\(frames.first ?? 0)")
        xml.element("stop_frame", "\(last)")
        xml.element("frame_filter", step == 1 ? "" : "step=\(step)")
        xml.start("labels")
        for category in labels.categories {
            xml.start("label")
            xml.element("name", category.name)
            if let color = category.color { xml.element("color", color.hexadecimal) }
            xml.element("type", "any")
            writeAttributes(&xml)
            xml.end()
        }
        xml.end()
        if let film {
            if let size = labels.pictures.first?.size, mode == "interpolation" {
                xml.start("original_size")
                xml.element("width", "\(size.width)")
                xml.element("height", "\(size.height)")
                xml.end()
            }
            xml.element("source", film)
        }
        xml.end()
        xml.end()
    }

    private func writeAttributes(_ xml: inout XMLWriter) {
        xml.start("attributes")
        if hasCrowds {
            xml.start("attribute")
            xml.element("name", "is_crowd")
            xml.element("mutable", "False")
            xml.element("input_type", "checkbox")
            xml.element("default_value", "false")
            xml.element("values", "false")
            xml.end()
        }
        xml.end()
    }

    private func attributes(of object: LabeledObject) -> [(name: String, value: String)] {
        hasCrowds ? [(name: "is_crowd", value: object.isCrowd ? "true" : "false")] : []
    }

    // MARK: Images

    private func writeImages(_ xml: inout XMLWriter) {
        let isNumbered = numbersAreUsable && !labels.pictures.contains { $0.number == nil }
        for (index, picture) in labels.pictures.enumerated() {
            guard let size = picture.size else { continue }
            let digits = String(picture.frame ?? 0)
            let name =
                picture.frame == nil
                ? picture.name
                : "frame_" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            xml.start(
                "image",
                attributes: [
                    ("id", "\(picture.frame ?? (isNumbered ? picture.number : nil) ?? index)"),
                    ("name", name),
                    ("width", "\(size.width)"), ("height", "\(size.height)"),
                ])
            // Group 0 is none.
            let shift = max(0, 1 - (picture.objects.compactMap(\.instance).min() ?? 1))
            var group = (picture.objects.compactMap(\.instance).max() ?? 0) + shift
            for (zOrder, object) in picture.objects.enumerated() {
                let elements = CVATElement.elements(of: object.region)
                var number = object.instance.map { $0 + shift } ?? 0
                if number == 0, elements.count > 1 {
                    group += 1
                    number = group
                }
                for element in elements {
                    var values = [
                        ("label", labels.categories[object.category].name),
                        ("source", object.score == nil ? "manual" : "auto"), ("occluded", "0"),
                    ]
                    values += element.attributes + [("z_order", "\(zOrder)")]
                    if number > 0 { values.append(("group_id", "\(number)")) }
                    element.write(&xml, values, attributes(of: object))
                }
            }
            xml.end()
        }
    }
}

extension LabelSet {
    /// The labels with instances numbered anew where a number is too large to count on from it.
    fileprivate var withSmallInstances: LabelSet {
        let stated = Set(pictures.flatMap { $0.objects.compactMap(\.instance) }).sorted()
        let limit = 1 << 40
        guard let first = stated.first, let last = stated.last, first < -limit || last > limit
        else { return self }
        let numbers = Dictionary(
            uniqueKeysWithValues: stated.enumerated().map { ($1, $0 + 1) })
        var result = self
        for picture in result.pictures.indices {
            for object in result.pictures[picture].objects.indices {
                let instance = result.pictures[picture].objects[object].instance
                result.pictures[picture].objects[object].instance = instance.flatMap { numbers[$0] }
            }
        }
        return result
    }
}
