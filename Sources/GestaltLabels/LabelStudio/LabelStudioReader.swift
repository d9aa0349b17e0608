/// Reads the JSON export of Label Studio: a list of tasks with their annotations.
struct LabelStudioReader {
    private let path: String
    private let options: LabelReadingOptions
    private var categories: CategoryTable
    private var pictures: [LabeledPicture] = []
    private var problems: [LabelProblem] = []

    init(path: String, options: LabelReadingOptions) {
        self.path = path
        self.options = options
        categories = CategoryTable(options.categories)
    }

    mutating func read() throws -> LabelReading {
        let file = try JSONFile(path: path)
        problems = file.problems
        guard let tasks = file.root.elements else {
            throw LabelError(path: path, "expected a list of tasks, found \(file.root.kind)")
        }
        if let first = tasks.first, first["data"] == nil {
            let isFlat =
                first["annotator"] != nil || first["annotation_id"] != nil
                || first["image"] != nil
            throw LabelError(
                path: path,
                isFlat
                    ? "this is the flat export JSON_MIN of Label Studio; export as JSON"
                    : "the elements of the list are no tasks of Label Studio: they have no “data”")
        }
        for (index, task) in tasks.enumerated() { add(task, index: index) }
        return LabelReading(
            LabelSet(categories: categories.categories, pictures: pictures), problems: problems)
    }

    private mutating func report(
        _ outcome: LabelProblem.Outcome, _ place: String, _ message: String
    ) {
        problems.append(LabelProblem(outcome, path: path, place: place, message))
    }

    private mutating func add(_ task: JSONNode, index: Int) {
        let place = "task \(task["id"]?.int.map(String.init) ?? "[\(index)]")"
        guard let address = Self.address(in: task) else {
            report(.omitted, place, "the data of the task have no picture")
            return
        }
        guard let annotation = annotation(of: task, place: place) else { return }
        let results = annotation["result"]?.elements ?? []
        var resolver = PictureResolver(path: path, options: options)
        let stated = results.lazy.compactMap(Self.size).first
        let isStated = results.allSatisfy { Self.size(of: $0) != nil }
        let picture = resolver.picture(
            LabelStudioPath.name(of: address), stated: stated, needsSize: false, place: place,
            namePlace: place)
        problems += resolver.problems
        guard var picture else { return }
        picture.number = task["id"]?.int
        if !isStated { reportMissingSizes(results, place: place, picture: picture) }
        let shared = Self.sharedLabels(results)
        for (index, result) in results.enumerated() {
            let id = result["id"]?.string ?? "[\(index)]"
            let type = result["type"]?.string ?? ""
            // Labels of a region that another result draws.
            if type == "labels" && result["value"]?["labels"] != nil { continue }
            add(result, labels: shared[id] ?? [], place: "\(place), result \(id)", to: &picture)
        }
        pictures.append(picture)
    }

    private mutating func reportMissingSizes(
        _ results: [JSONNode], place: String, picture: LabeledPicture
    ) {
        for (index, result) in results.enumerated() where Self.size(of: result) == nil {
            let id = result["id"]?.string ?? "[\(index)]"
            report(
                .repaired, "\(place), result \(id)",
                "there are no original_width and original_height; "
                    + (picture.size.map { "\($0) is used" } ?? "no size is known"))
        }
    }

    /// Returns the address of the picture in the data of a task.
    private static func address(in task: JSONNode) -> String? {
        guard let members = task["data"]?.members else { return nil }
        if let image = task["data"]?["image"]?.string { return image }
        // The key is the project's choice: the first text that looks like a picture.
        return members.lazy.compactMap(\.value.string).first { text in
            let ending = PictureName(LabelStudioPath.name(of: text)).ending.lowercased()
            return PictureFolder.endings.contains(ending)
        }
    }

    /// Returns the annotation that counts: of several, the newest.
    private mutating func annotation(of task: JSONNode, place: String) -> JSONNode? {
        let all = (task["annotations"] ?? task["completions"])?.elements ?? []
        let valid = all.filter { annotation in
            if case .bool(true)? = annotation["was_cancelled"] { return false }
            return annotation["result"]?.elements != nil
        }
        if let predictions = task["predictions"]?.elements, !predictions.isEmpty {
            report(
                .ignored, place, "\(predictions.count) predictions are no labels by hand")
        }
        guard let first = valid.first else {
            report(
                .omitted, place,
                "the task has no annotation: it is not labeled, which is not the same as empty")
            return nil
        }
        if valid.count == 1 { return first }
        func date(_ annotation: JSONNode) -> String {
            annotation["updated_at"]?.string ?? annotation["created_at"]?.string ?? ""
        }
        var newest = first
        for annotation in valid where date(annotation) > date(newest) { newest = annotation }
        report(
            .repaired, place,
            "the picture has \(valid.count) annotations; the newest is read"
                + (newest["id"]?.int.map { ", with id \($0)" } ?? ""))
        return newest
    }

    private static func size(of result: JSONNode) -> PictureSize? {
        guard let height = result["original_height"]?.int, let width = result["original_width"]?.int
        else { return nil }
        return PictureSize(height: height, width: width)
    }

    /// Returns the labels that results of their own state for regions, by the id of the region.
    private static func sharedLabels(_ results: [JSONNode]) -> [String: [String]] {
        var labels: [String: [String]] = [:]
        for result in results {
            guard let id = result["id"]?.string,
                let names = result["value"]?["labels"]?.elements?.compactMap(\.string)
            else { continue }
            labels[id, default: []] += names
        }
        return labels
    }

    private mutating func add(
        _ result: JSONNode, labels shared: [String], place: String, to picture: inout LabeledPicture
    ) {
        let type = result["type"]?.string ?? ""
        guard let read = LabelStudioRegion.readers[type] else {
            report(.omitted, place, "the type “\(type)” has no area")
            return
        }
        guard let value = result["value"] else {
            report(.omitted, place, "there is no value")
            return
        }
        let names = value[type]?.elements?.compactMap(\.string) ?? shared
        guard let name = names.first else {
            report(.omitted, place, "the region has no label")
            return
        }
        if names.count > 1 {
            report(
                .repaired, place,
                "the region has the labels \(names.joined(separator: ", ")); the first is read")
        }
        if let turn = result["image_rotation"]?.double, turn != 0 {
            report(.omitted, place, "the picture was turned by \(turn) degrees for labeling")
            return
        }
        guard let size = picture.size, size == Self.size(of: result) ?? size else {
            report(
                .omitted, place,
                picture.size.map { "the region is not for the size \($0) of the picture" }
                    ?? "the size of the picture is not known")
            return
        }
        do throws(LabelStudioRegion.Fault) {
            let (region, remark) = try read(value, size)
            if let remark { report(.repaired, place, remark) }
            picture.objects.append(
                LabeledObject(
                    category: categories.index(of: name), region: region,
                    score: result["score"]?.finiteFloat, place: place))
        } catch {
            report(.omitted, place, error.message)
        }
    }
}
