/// The records of a CVAT file and what they become as labels.
struct CVATContents {
    let path: String
    var meta = CVATMeta()
    private(set) var images: [CVATRecord] = []
    private(set) var trackCount = 0
    private var tracks: [CVATTrack] = []
    private var trackIDs: Set<Int> = []
    /// No track has a smaller number that is free.
    private var freeID = 0
    /// How many shapes state each attribute that labels have no place for.
    var attributes: [String: Int] = [:]
    /// The number of labels of whole pictures.
    var tagCount = 0
    private var problems: [LabelProblem] = []
    private var allowance: CVATAllowance
    private var categories: [LabeledCategory] = []
    private var indices: [String: Int] = [:]

    init(path: String, byteCount: Int) {
        self.path = path
        allowance = CVATAllowance(fileByteCount: byteCount)
    }

    mutating func report(_ outcome: LabelProblem.Outcome, _ place: String, _ message: String) {
        problems.append(LabelProblem(outcome, path: path, place: place, message))
    }

    mutating func add(_ record: CVATRecord) {
        if record.kind == "image" {
            images.append(record)
        } else {
            trackCount += 1
            do throws(CVATFault) { try addTrack(record) } catch {
                report(.omitted, record.place, error.message)
            }
        }
    }

    private mutating func addTrack(_ record: CVATRecord) throws(CVATFault) {
        var shapes: [CVATShape] = []
        for (place, shape) in record.shapes {
            switch shape {
            case .success(let shape):
                if let repair = shape.repair {
                    report(.repaired, "\(record.place), \(place)", repair)
                }
                shapes.append(shape)
            case .failure(let fault): throw CVATFault("\(place): \(fault.message)")
            }
        }
        let values = record.attributes
        var id = try values.integer("id", default: trackCount - 1)
        if trackIDs.contains(id) {
            while trackIDs.contains(freeID) { freeID += 1 }
            report(.repaired, record.place, "the id \(id) appears twice; numbered \(freeID)")
            id = freeID
        }
        let track = try CVATTrack(
            id: id, label: try values.required("label"),
            group: try values.integer("group_id", default: 0),
            task: values["task_id"].flatMap(Int.init), shapes: shapes)
        if zip(shapes, shapes.dropFirst()).contains(where: { $0.frame > $1.frame }) {
            report(.repaired, record.place, "shapes out of order; sorted by frame")
        }
        if track.isNeverVisible { report(.repaired, record.place, "never visible") }
        trackIDs.insert(id)
        tracks.append(track)
    }

    // MARK: Labels

    /// Returns the labels.
    ///
    /// - Throws: ``LabelError`` for a film of more frames than any.
    mutating func labels(_ options: LabelReadingOptions) throws(LabelError) -> LabelReading {
        findCategories()
        var pictures: [LabeledPicture] = []
        var names: Set<String> = []
        var resolver = PictureResolver(path: path, options: options)
        for image in images {
            do throws(CVATFault) {
                guard let picture = try picture(image, &resolver) else { continue }
                let task = image.attributes["task_id"] ?? ""
                guard names.insert("\(task)/\(picture.frame ?? -1)/\(picture.name)").inserted
                else {
                    throw CVATFault("“\(picture.name)” appears twice; the first one counts")
                }
                pictures.append(picture)
            } catch {
                report(.omitted, image.place, error.message)
            }
        }
        for task in Set(tracks.map(\.task)).sorted(by: { ($0 ?? -1) < ($1 ?? -1) }) {
            pictures += try film(of: task, options)
        }
        if trackCount == 0, images.isEmpty {
            report(.repaired, "annotations", "neither images nor tracks")
        }
        for (name, count) in attributes.sorted(by: { $0.key < $1.key }) {
            report(.ignored, "attribute \(name)", "stated for \(count) shapes; not kept")
        }
        if tagCount > 0 {
            report(.ignored, "tags", "\(tagCount) labels of whole pictures; not kept")
        }
        return LabelReading(
            LabelSet(categories: categories, pictures: pictures), problems: problems)
    }

    private mutating func findCategories() {
        categories = meta.categories
        if !meta.hasLabels {
            report(.repaired, "meta", "no meta with labels; the categories are those of the shapes")
            var names = tracks.map(\.label)
            for case .success(let shape) in images.flatMap({ $0.shapes.map(\.shape) }) {
                names.append(shape.label)
            }
            var known: Set<String> = []
            categories = names.filter { known.insert($0).inserted }.map { LabeledCategory($0) }
        }
        for (index, category) in categories.enumerated() where indices[category.name] == nil {
            indices[category.name] = index
        }
    }

    private func category(_ label: String) throws(CVATFault) -> Int {
        guard let index = indices[label] else {
            throw CVATFault("the label “\(label)” is not among those of the file")
        }
        return index
    }

    // MARK: Images

    /// Returns the picture of an element; nil when it cannot be used, which is reported.
    private mutating func picture(
        _ image: CVATRecord, _ resolver: inout PictureResolver
    ) throws(CVATFault) -> LabeledPicture? {
        let values = image.attributes
        let name = try values.required("name")
        let number = try values["id"] == nil ? nil : values.integer("id")
        var size: PictureSize?
        if values["width"] != nil || values["height"] != nil {
            size = PictureSize(
                height: try values.integer("height"), width: try values.integer("width"))
        }
        let source = meta.task(values["task_id"].flatMap(Int.init)).source
        var picture: LabeledPicture
        if let source, let frame = Self.filmFrame(name, number) {
            if let size, !size.isUsable { throw CVATFault("no size of a picture: \(size)") }
            picture = LabeledPicture(name: source, number: number, frame: frame, size: size)
        } else {
            resolver.problems = []
            let found = resolver.picture(
                name, stated: size, place: image.place, namePlace: "\(image.place), name")
            problems += resolver.problems
            guard let found else { return nil }
            picture = found
            picture.number = number
        }
        picture.objects = objects(image, size: picture.size)
        return picture
    }

    private mutating func objects(_ image: CVATRecord, size: PictureSize?) -> [LabeledObject] {
        var objects: [(zOrder: Int, object: LabeledObject)] = []
        for (name, shape) in image.shapes {
            let place = "\(image.place), \(name)"
            do throws(CVATFault) {
                let shape = try shape.get()
                let (region, repair) = try shape.region(in: size, &allowance)
                let object = LabeledObject(
                    category: try category(shape.label), region: region,
                    instance: shape.group == 0 ? nil : shape.group, isCrowd: shape.isCrowd,
                    place: place)
                if let repair { report(.repaired, place, repair) }
                objects.append((shape.zOrder, object))
            } catch {
                report(.omitted, place, error.message)
            }
        }
        return Self.inDrawingOrder(objects)
    }

    /// Returns the number of a frame whose name CVAT made up: `frame_000012`, the file's number 12.
    private static func filmFrame(_ name: String, _ number: Int?) -> Int? {
        guard name.hasPrefix("frame_"), let number, Int(name.dropFirst(6)) == number, number >= 0
        else { return nil }
        return number
    }

    /// Returns what is wrong with the stated size; nil for nothing.
    private static func sizeFault(_ size: PictureSize?, _ actual: PictureSize?) -> String? {
        guard let size else { return nil }
        guard size.isUsable else {
            return "a size of \(size.width) × \(size.height) pixels (width × height)"
        }
        guard let actual, actual != size else { return nil }
        return "the file states \(size.width) × \(size.height) pixels (width × height), the "
            + "picture has \(actual.width) × \(actual.height)"
    }

    /// Sorts by z-order; shapes of one level keep their order.
    private static func inDrawingOrder(
        _ objects: [(zOrder: Int, object: LabeledObject)]
    ) -> [LabeledObject] {
        objects.enumerated()
            .sorted { ($0.element.zOrder, $0.offset) < ($1.element.zOrder, $1.offset) }
            .map(\.element.object)
    }

    // MARK: Films

    private mutating func film(
        of id: Int?, _ options: LabelReadingOptions
    ) throws(LabelError) -> [LabeledPicture] {
        let tracks = tracks.filter { $0.task == id }
        let task = meta.task(id)
        let file = path.split(separator: "/").last ?? ""
        let name =
            [task.source, task.name].compactMap(\.self).first { !$0.isEmpty }
            ?? String(file.prefix { $0 != "." })
        let size = task.pictureSize
        if let message = Self.sizeFault(size, options.size(name)) {
            report(.omitted, "meta, original_size", "\(name): \(message)")
            return []
        }
        let frames: CVATFrames
        do throws(CVATFault) {
            frames = try CVATFrames(task, keyframes: tracks.flatMap { $0.shapes.map(\.frame) })
        } catch {
            throw LabelError(path: path, place: "meta", error.message)
        }
        let objects = objects(of: tracks, frames, size)
        let numbers = Set(frames.all).union(objects.keys).sorted()
        return numbers.map { frame in
            LabeledPicture(
                name: name, frame: frame, size: size,
                objects: Self.inDrawingOrder(objects[frame] ?? []))
        }
    }

    /// Returns the objects of each frame that has some. Tracks of one group are parts of one
    /// object, whose number is the least of theirs.
    private mutating func objects(
        of tracks: [CVATTrack], _ frames: CVATFrames, _ size: PictureSize?
    ) -> [Int: [(zOrder: Int, object: LabeledObject)]] {
        var result: [Int: [(zOrder: Int, object: LabeledObject)]] = [:]
        var groups: [Int: Int] = [:]
        for track in tracks where track.group != 0 {
            groups[track.group] = min(groups[track.group] ?? track.id, track.id)
        }
        for track in tracks {
            do throws(CVATFault) {
                let category = try category(track.label)
                for shown in try track.appearances(in: frames, size: size, &allowance) {
                    let object = LabeledObject(
                        category: category, region: shown.region,
                        instance: groups[track.group] ?? track.id, isCrowd: shown.isCrowd,
                        place: "track \(track.id), frame \(shown.frame)")
                    result[shown.frame, default: []].append((shown.zOrder, object))
                }
            } catch {
                report(.omitted, "track \(track.id)", error.message)
            }
        }
        return result
    }
}
