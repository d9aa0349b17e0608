import GestaltIO
import GestaltMedia

/// The sequences of a set of labels, as DAVIS and YouTube-VOS have them: folders of frames with
/// objects that keep their numbers.
struct SequencePlan {
    struct Frame {
        let picture: LabeledPicture
        /// Below the folder of the sequence, without the ending.
        let stem: String
    }

    let name: String
    var frames: [Frame] = []
    /// The number of each instance, from 1 on.
    private(set) var numbers: [Int: UInt8] = [:]
    /// The category of each number.
    private(set) var categories: [UInt8: Int] = [:]

    /// Returns the sequences by name, each with its frames in the order of the labels.
    ///
    /// The sequence of a picture is its folder, that of a frame its film. Objects without a number
    /// are numbered one by one.
    ///
    /// - Throws: ``LabelError`` for more than 254 objects in a sequence, and for names that have no
    ///   place in the folder.
    static func plans(
        _ labels: LabelSet, _ writer: inout LabelFolderWriter
    ) throws(LabelError) -> [SequencePlan] {
        var plans: [SequencePlan] = []
        var indices: [String: Int] = [:]
        var written: Set<String> = []
        for picture in labels.pictures {
            let stem = SequenceFolder.stem(try writer.file(for: picture))
            let parts = stem.split(separator: "/")
            let name = parts.dropLast().last.map(String.init) ?? "sequence"
            let index = indices[name] ?? plans.count
            if index == plans.count {
                indices[name] = index
                plans.append(SequencePlan(name: name))
            }
            // DAVIS and YouTube-VOS name frames by five digits.
            let digits = picture.frame.map { FilmFrameName.digits($0, count: 5) }
            let frame = digits ?? String(parts.last ?? "")
            guard written.insert(name + "/" + frame).inserted else {
                throw LabelError(
                    path: writer.path, "two pictures are frame \(frame) of the sequence \(name)")
            }
            plans[index].frames.append(Frame(picture: picture, stem: frame))
        }
        for index in plans.indices { try plans[index].number(labels, writer.path) }
        return plans
    }

    private mutating func number(_ labels: LabelSet, _ path: String) throws(LabelError) {
        let objects = frames.flatMap(\.picture.objects)
            .filter { !labels.categories[$0.category].isIgnored }
        let stated = Set(objects.compactMap(\.instance)).sorted()
        let areUsable = stated.allSatisfy { (1...254).contains($0) }
        for (index, instance) in stated.enumerated() {
            let number = areUsable ? instance : index + 1
            guard number <= 254 else {
                throw LabelError(path: path, "\(name) has more than 254 objects")
            }
            numbers[instance] = UInt8(number)
        }
        for object in objects {
            guard let instance = object.instance, let number = numbers[instance] else { continue }
            if let other = categories[number], other != object.category {
                throw LabelError(
                    path: path,
                    "\(name): object \(instance) is “\(labels.categories[other].name)” and "
                        + "“\(labels.categories[object.category].name)”")
            }
            categories[number] = object.category
        }
    }

    /// Returns the number of an object without one: a new one, with its category.
    mutating func newNumber(_ category: Int, _ path: String) throws(LabelError) -> UInt8 {
        let number = (categories.keys.max() ?? 0)
        guard number < 254 else {
            throw LabelError(path: path, "\(name) has more than 254 objects")
        }
        categories[number + 1] = category
        return number + 1
    }
}

extension LabelFolderWriter {
    /// Writes the label pictures of a sequence into a folder.
    ///
    /// - Returns: the frames of each number that shows in them.
    mutating func write(
        _ plan: inout SequencePlan, _ labels: LabelSet, folder: String
    ) throws -> [UInt8: [String]] {
        let path = path
        var shown: [UInt8: [String]] = [:]
        for frame in plan.frames {
            let painter = try paint(frame.picture) { object throws(LabelError) in
                if labels.categories[object.category].isIgnored {
                    return UInt8(LabelTable.ignoredValue)
                }
                if let number = object.instance.flatMap({ plan.numbers[$0] }) { return number }
                return try plan.newNumber(object.category, path)
            }
            for value in Set(painter.values) where value != 0 {
                shown[value, default: []].append(frame.stem)
            }
            try write(painter, as: "\(folder)/\(plan.name)/\(frame.stem).png")
        }
        return shown
    }
}

extension DAVISFormat {
    static func write(_ labels: LabelSet, to path: String) throws -> [LabelProblem] {
        let named = labels.categories.filter { !$0.isIgnored }
        guard named.count <= 1 else {
            throw LabelError(
                path: path,
                "DAVIS has no place for \(named.count) categories; YouTube-VOS keeps them")
        }
        var writer = LabelFolderWriter(path)
        var plans = try SequencePlan.plans(labels, &writer)
        for index in plans.indices {
            _ = try writer.write(
                &plans[index], labels, folder: SequenceFolder.labelFolder + "/480p")
        }
        try writer.write(
            plans.map { $0.name + "\n" }.joined(), as: "ImageSets/2017/train.txt")
        if let category = named.first, category.name != "object" {
            writer.report("", "the name of the category, “\(category.name)”, is not written")
        }
        writer.reportLosses(labels, holding: [.instances, .ignoredCategories])
        return writer.finish()
    }
}

extension YouTubeVOSReader {
    static func write(_ labels: LabelSet, to path: String) throws -> [LabelProblem] {
        var writer = LabelFolderWriter(path)
        var plans = try SequencePlan.plans(labels, &writer)
        var meta = YouTubeVOSMeta()
        for index in plans.indices {
            let shown = try writer.write(
                &plans[index], labels, folder: SequenceFolder.labelFolder)
            var objects: [String: YouTubeVOSMeta.Object] = [:]
            for (number, category) in plans[index].categories {
                objects["\(number)"] = YouTubeVOSMeta.Object(
                    category: labels.categories[category].name,
                    frames: Set(shown[number] ?? []))
            }
            meta.films[plans[index].name] = objects
        }
        try writer.write(meta.text, as: metaFile)
        writer.reportLosses(labels, holding: [.instances, .ignoredCategories])
        return writer.finish()
    }
}
