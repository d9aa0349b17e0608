import GestaltTensor

/// The mapping from ids in masks to the classes of a model.
///
/// An id counts as its category, or as itself where a clip has no categories. Categories up to
/// `last` are classes; of ``LabelMeaning/instances`` those beyond count as the last class, of
/// ``LabelMeaning/classes`` they are errors. With more classes than categories, the instances of
/// the last category are told apart: in the order of their ids they are the classes from that
/// category on, and the last class takes the rest. Ignored pixels stay ignored.
struct ClassRule: Sendable {
    let meaning: LabelMeaning
    /// The last class.
    let last: UInt8
    /// The category whose instances are told apart; nil where each category is one class.
    let divided: UInt8?

    /// - Parameters:
    ///   - count: the number of classes, background included, at least 2.
    ///   - categories: the number of categories, background included; nil where that is unknown.
    init(_ meaning: LabelMeaning, classes count: Int, categories: Int?) {
        self.meaning = meaning
        last = UInt8(clamping: count - 1)
        let isDivided = meaning == .instances && (2..<count).contains(categories ?? count)
        divided = isDivided ? categories.map { UInt8(clamping: $0 - 1) } : nil
    }

    /// Returns the class of each of the 256 ids; nil for an id that is none.
    func table(_ categories: [UInt8: UInt8]?) -> [UInt8?] {
        var earlier = 0
        return (0..<256).map { id in
            let id = UInt8(id)
            if id == 0 || id == Clip.ignoredLabel { return id }
            guard let category = categories.map({ $0[id] }) ?? id else { return nil }
            if categories != nil, category == divided {
                defer { earlier += 1 }
                return UInt8(clamping: min(Int(last), Int(category) + earlier))
            }
            guard category > last else { return category }
            return meaning == .instances ? last : nil
        }
    }

    /// The expected ids, as errors state them.
    var expected: String {
        "ids from 0 to \(last), or \(Clip.ignoredLabel) for ignored pixels"
    }

    /// Returns the clip with classes in place of ids.
    ///
    /// - Parameter path: what an error calls the set.
    /// - Throws: ``ClipError/label(path:value:expected:)`` for an id that is no class.
    func classified(_ clip: Clip, path: String) throws(ClipError) -> Clip {
        guard let masks = clip.masks else { return clip }
        let table = table(clip.categories)
        var result = clip
        result.categories = nil
        let changed = masks.withScalars { ids in
            ids.contains { table[Int($0)] != $0 }
        }
        guard changed else { return result }
        try requireClasses(masks, table, of: clip, path: path)
        result.masks = masks.withScalars { ids in
            Tensor<UInt8>(uninitialized: masks.shape) { target in
                for index in ids.indices { target[index] = table[Int(ids[index])] ?? ids[index] }
            }
        }
        return result
    }

    private func requireClasses(
        _ masks: Tensor<UInt8>, _ table: [UInt8?], of clip: Clip, path: String
    ) throws(ClipError) {
        let outlier = masks.withScalars { ids in ids.firstIndex { table[Int($0)] == nil } }
        guard let outlier else { return }
        throw .label(
            path: "\(path), \(clip.name), frame \(outlier / (clip.height * clip.width))",
            value: masks.withScalars { Int($0[outlier]) }, expected: expected)
    }

    /// Returns the clip with the class of each instance as its category; masks keep their ids.
    ///
    /// - Parameter path: what an error calls the set.
    /// - Throws: ``ClipError/label(path:value:expected:)`` for an id without a class.
    func categorized(_ clip: Clip, path: String) throws(ClipError) -> Clip {
        let table = table(clip.categories)
        if let masks = clip.masks { try requireClasses(masks, table, of: clip, path: path) }
        var result = clip
        result.categories = Self.categories(in: table)
        return result
    }

    /// Returns the classes of the ids that have one.
    static func categories(in table: [UInt8?]) -> [UInt8: UInt8] {
        var result: [UInt8: UInt8] = [:]
        for id in 1..<Clip.ignoredLabel { result[id] = table[Int(id)] }
        return result
    }

    /// Returns the entry with classes in place of ids, without reading the clip.
    func classified(_ entry: LazyClips.Entry, path: String) throws(ClipError) -> LazyClips.Entry {
        let table = table(entry.info.categories)
        var labels: [Int: [UInt8: Int]] = [:]
        for (frame, counts) in entry.counts.labels.sorted(by: { $0.key < $1.key }) {
            var classes: [UInt8: Int] = [:]
            for (id, count) in counts.sorted(by: { $0.key < $1.key }) {
                guard let label = table[Int(id)] else {
                    throw .label(
                        path: "\(path), \(entry.info.name), frame \(frame)", value: Int(id),
                        expected: expected)
                }
                classes[label, default: 0] += count
            }
            labels[frame] = classes
        }
        var info = entry.info
        info.categories = nil
        return LazyClips.Entry(
            index: entry.index, info: info,
            counts: ClipCounts(bytes: entry.counts.bytes, labels: labels))
    }

    /// Returns the entry with the class of each instance as its category.
    func categorized(_ entry: LazyClips.Entry, path: String) throws(ClipError) -> LazyClips.Entry {
        // Finds ids without a class.
        _ = try classified(entry, path: path)
        var info = entry.info
        info.categories = Self.categories(in: table(info.categories))
        return LazyClips.Entry(index: entry.index, info: info, counts: entry.counts)
    }
}
