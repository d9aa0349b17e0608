import GestaltData
import GestaltLabels

/// The ids of the objects of one source in masks, 1 to 254, each of one category.
///
/// Objects that keep a number over frames keep their id. Of others, the k-th of a category has the
/// same id in every frame, whether or not it is the same object.
struct InstanceIDs: Sendable {
    /// The largest id: 255 marks pixels that count for nothing.
    static let limit = CategoryIDs.limit

    /// An object of a frame, as a label file has it.
    struct Object: Hashable {
        /// The number of the label file.
        var file: Int
        /// The category by its id in masks.
        var category: UInt8
        /// The number that the object keeps; nil for none.
        var track: Int?
    }

    /// The category of each id, from id 1 on.
    private(set) var categories: [UInt8] = []
    /// The largest number of objects that a frame has beyond ``limit``.
    private(set) var overflow = 0
    private var tracks: [Object: UInt8] = [:]
    /// The ids of objects without a number of their own, by category.
    private var ordinals: [UInt8: [UInt8]] = [:]

    /// - Parameter frames: the objects of all labels of the source, an element for each frame of
    ///   each label file.
    init(_ frames: [[Object]]) {
        let numbered = Set(frames.joined().filter { $0.track != nil })
        let rest = Self.most(frames.map { $0.filter { $0.track == nil } })
        // With too many numbers over the film, objects are apart within frames only.
        if numbered.count + rest.values.reduce(0, +) <= Self.limit {
            for object in numbered.sorted(by: Self.precedes) {
                tracks[object] = add(object.category)
            }
            add(rest)
        } else {
            add(Self.most(frames))
        }
    }

    /// Returns the ids of the objects of a frame in one label file; nil for those beyond
    /// ``limit``.
    func ids(of objects: [Object]) -> [UInt8?] {
        var counts: [UInt8: Int] = [:]
        return objects.map { object in
            if let id = tracks[object] { return id }
            let place = counts[object.category, default: 0]
            counts[object.category] = place + 1
            let known = ordinals[object.category] ?? []
            return known.indices.contains(place) ? known[place] : nil
        }
    }

    /// Returns the largest number of objects of each category in a frame.
    private static func most(_ frames: [[Object]]) -> [UInt8: Int] {
        frames.reduce(into: [:]) { most, objects in
            let counts = Dictionary(grouping: objects, by: \.category).mapValues(\.count)
            most.merge(counts) { max($0, $1) }
        }
    }

    private static func precedes(_ a: Object, _ b: Object) -> Bool {
        (a.file, a.category, a.track ?? 0) < (b.file, b.category, b.track ?? 0)
    }

    private mutating func add(_ category: UInt8) -> UInt8 {
        categories.append(category)
        return UInt8(categories.count)
    }

    private mutating func add(_ counts: [UInt8: Int]) {
        for (category, count) in counts.sorted(by: { $0.key < $1.key }) {
            let room = min(count, Self.limit - categories.count)
            ordinals[category] = (0..<room).map { _ in add(category) }
            overflow += count - room
        }
    }
}

extension InstanceIDs {
    /// The ids of the objects of a source.
    init(_ labels: SourceLabels, _ files: [MaskPainter.File]) {
        self.init(
            labels.frames.sorted { $0.key < $1.key }.flatMap { _, entries in
                entries.filter { files[$0.file].tellsInstances }.map { entry in
                    let file = files[entry.file]
                    let set = LabelSet(categories: file.categories, pictures: [entry.picture])
                    return set.instanceGroups(of: 0).compactMap {
                        file.object(entry.picture.objects[$0[0]], of: entry.file)
                    }
                }
            })
    }
}
