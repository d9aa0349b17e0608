import GestaltMedia

/// The part `meta` of a CVAT file: the labels, and the tasks with their films.
struct CVATMeta {
    var categories: [LabeledCategory] = []
    var tasks: [CVATTask] = []
    /// The size and the film of a file of one job, which state them beside the job.
    var common = CVATTask()
    /// Whether the file has this part with labels.
    var hasLabels: Bool { !categories.isEmpty }

    /// Returns the task with this id, else the only one.
    func task(_ id: Int?) -> CVATTask {
        var task = tasks.first { $0.id != nil && $0.id == id } ?? tasks.first ?? CVATTask()
        task.pictureSize = task.pictureSize ?? common.pictureSize
        task.source = task.source ?? common.source
        return task
    }
}

/// A task of a CVAT file: one film or one set of pictures.
struct CVATTask {
    var id: Int?
    var name: String?
    /// The file name of the film.
    var source: String?
    var frameCount: Int?
    var start = 0
    var stop: Int?
    var step = 1
    var width: Int?
    var height: Int?
    var pictureSize: PictureSize? {
        get {
            guard let width, let height, width > 0, height > 0 else { return nil }
            return PictureSize(height: height, width: width)
        }
        set { (width, height) = (newValue?.width, newValue?.height) }
    }
}

/// A reader of ``CVATMeta`` from the elements of `meta`.
struct CVATMetaReader {
    private(set) var meta = CVATMeta()
    /// Values that are not numbers, with the names of their elements.
    private(set) var faults: [(place: String, message: String)] = []
    private var isInTask = false

    private static let tasks: Set<String> = ["task", "job"]

    mutating func start(_ name: String, in parent: String) {
        if Self.tasks.contains(name) {
            meta.tasks.append(CVATTask())
            isInTask = true
        } else if name == "label", parent == "labels" {
            meta.categories.append(LabeledCategory(""))
        }
    }

    /// Takes the text of an element without children.
    mutating func end(_ name: String, in parent: String, text: String) {
        if Self.tasks.contains(name) {
            isInTask = false
        } else if parent == "label" {
            setLabel(name, text)
        } else if Self.tasks.contains(parent) {
            setTask(name, text)
        } else if parent == "original_size" {
            let number = number(name, text)
            change { task in
                if name == "width" { task.width = number }
                if name == "height" { task.height = number }
            }
        } else if parent == "meta", name == "source" {
            meta.common.source = text
        }
    }

    private mutating func setLabel(_ name: String, _ text: String) {
        let last = meta.categories.count - 1
        guard last >= 0 else { return }
        switch name {
        case "name":
            if meta.categories.dropLast().contains(where: { $0.name == text }) {
                faults.append(("label \(text)", "appears twice; the first one counts"))
            }
            meta.categories[last].name = text
        case "color":
            meta.categories[last].color = Color(hexadecimal: text)
            if meta.categories[last].color == nil, !text.isEmpty {
                faults.append(("label \(meta.categories[last].name)", "“\(text)” is no color"))
            }
        default: break
        }
    }

    private mutating func setTask(_ name: String, _ text: String) {
        switch name {
        case "id":
            let number = Int(text)
            change { $0.id = number }
        case "name": change { $0.name = text }
        case "source": change { $0.source = text }
        case "size":
            let number = number(name, text)
            change { $0.frameCount = number }
        case "start_frame":
            let number = number(name, text)
            change { $0.start = number ?? 0 }
        case "stop_frame":
            let number = number(name, text)
            change { $0.stop = number }
        case "frame_filter":
            guard !text.isEmpty else { return }
            let step = text.firstRange(of: "step=").flatMap { Int(text[$0.upperBound...]) }
            if step.map({ $0 > 0 }) != true {
                faults.append((name, "“\(text)” is not step=N"))
            }
            change { $0.step = max(1, step ?? 1) }
        default: break
        }
    }

    private mutating func change(_ body: (inout CVATTask) -> Void) {
        if isInTask { body(&meta.tasks[meta.tasks.count - 1]) } else { body(&meta.common) }
    }

    private mutating func number(_ name: String, _ text: String) -> Int? {
        if text.isEmpty { return nil }
        let number = Int(text)
        if number == nil || number! < 0 {
            faults.append((name, "“\(text)” is not a number from 0 on"))
            return nil
        }
        return number
    }
}
