import GestaltIO
import GestaltLabels

/// The labels of the frames of one source.
struct SourceLabels: Sendable {
    /// The labels of one frame in one file.
    struct Entry: Sendable {
        /// The number of the label file.
        var file: Int
        var picture: LabeledPicture
    }

    /// By the number of the frame; several files may label one.
    var frames: [Int: [Entry]] = [:]

    /// The labeled frames that a stride leaves, in order.
    func numbers(stride: Int) -> [Int] { frames.keys.filter { $0 % stride == 0 }.sorted() }

    /// A checksum of everything that decides the masks.
    func fingerprint(_ files: [ReadLabelFile]) -> String {
        var sum = SHA256()
        for (number, entries) in frames.sorted(by: { $0.key < $1.key }) {
            for entry in entries {
                let size = entry.picture.size?.description ?? ""
                let kind = files[entry.file].tellsInstances ? "objects" : "categories"
                sum.append("frame \(number) \(size) \(kind)")
                for object in entry.picture.objects {
                    let id = files[entry.file].ids[object.category].map { "\($0)" } ?? "none"
                    let track = object.instance.map { "\($0)" } ?? "none"
                    sum.append("object \(id) \(object.isCrowd) \(track)")
                    object.region.append(to: &sum)
                }
            }
        }
        return sum.hexadecimal
    }
}

extension LabelRegion {
    fileprivate func append(to sum: inout SHA256) {
        func append(_ numbers: [Double]) { for x in numbers { sum.append(x.bitPattern) } }
        switch self {
        case .polygons(let rings):
            for ring in rings {
                sum.append("ring")
                append(ring.flatMap { [$0.x, $0.y] })
            }
        case .runs(let mask):
            sum.append("runs \(mask.size)")
            for run in mask.runs { sum.append(UInt64(run)) }
        case .box(let center, let width, let height, let degrees):
            sum.append("box")
            append([center.x, center.y, width, height, degrees])
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            sum.append("ellipse")
            append([center.x, center.y, radiusX, radiusY, degrees])
        }
    }
}

/// The labels of all sources, by name.
struct MatchedLabels {
    /// In the order of the sources.
    private(set) var sources: [SourceLabels]
    private(set) var problems: [ImportProblem] = []
    /// Labeled pictures in the files, and those that belong to a frame.
    private(set) var labelCount = 0
    private(set) var matchedCount = 0

    /// - Parameter sourceCount: the number of sources that `names` refers to.
    init(
        _ files: [ReadLabelFile], names: FrameNames, sourceCount: Int,
        empty: ImportSettings.EmptyPictures
    ) {
        sources = Array(repeating: SourceLabels(), count: sourceCount)
        for (index, file) in files.enumerated() {
            var readings: [String: (count: Int, example: String)] = [:]
            var rest = LabelSet(categories: file.labels.categories)
            for picture in file.labels.pictures {
                switch names.match(picture) {
                case .failure(let reason): report(reason, picture, file)
                case .film: rest.pictures.append(picture)
                case .place(let place, let difference):
                    if !difference.isEmpty {
                        readings[difference, default: (0, picture.name)].count += 1
                    }
                    add(picture, of: index, file, at: place, empty)
                }
            }
            let films = names.filmLabels(rest, path: file.path)
            problems += films.problems.map { ImportProblem($0) }
            for picture in films.labels.pictures {
                guard let place = names.place(ofFilm: picture) else { continue }
                add(picture, of: index, file, at: place, empty)
            }
            let emptyCount = file.labels.pictures.count { $0.isEmpty(empty) }
            labelCount += file.labels.pictures.count - emptyCount
            note(readings, emptyCount, file)
        }
    }

    private mutating func report(
        _ reason: String, _ picture: LabeledPicture, _ file: ReadLabelFile
    ) {
        problems.append(
            ImportProblem(.bad, path: file.path, place: picture.place, reason))
    }

    private mutating func add(
        _ picture: LabeledPicture, of index: Int, _ file: ReadLabelFile,
        at place: FrameNames.Place, _ empty: ImportSettings.EmptyPictures
    ) {
        guard !picture.isEmpty(empty) else { return }
        let existing = sources[place.source].frames[place.number] ?? []
        if let twin = existing.first(where: { $0.file == index }) {
            if twin.picture.objects != picture.objects {
                report("labeled twice, also as \(twin.picture.place)", picture, file)
            }
            return
        }
        matchedCount += 1
        sources[place.source].frames[place.number] =
            existing + [SourceLabels.Entry(file: index, picture: picture)]
    }

    private mutating func note(
        _ readings: [String: (count: Int, example: String)], _ emptyCount: Int,
        _ file: ReadLabelFile
    ) {
        for (difference, (count, example)) in readings.sorted(by: { $0.key < $1.key }) {
            problems.append(
                ImportProblem(
                    .note, path: file.path,
                    "\(plural(count, "name")), such as \(example), not those of frames: "
                        + difference))
        }
        if emptyCount > 0 {
            problems.append(
                ImportProblem(
                    .note, path: file.path,
                    "\(plural(emptyCount, "picture")) without objects: unlabeled (--empty background "
                        + "takes them for background)"))
        }
    }
}

extension LabeledPicture {
    /// The picture in messages.
    var place: String { frame.map { "\(name), frame \($0)" } ?? name }

    /// Whether the picture counts as unlabeled.
    fileprivate func isEmpty(_ empty: ImportSettings.EmptyPictures) -> Bool {
        objects.isEmpty && empty == .unlabeled
    }
}

/// Returns a number and a noun.
func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
