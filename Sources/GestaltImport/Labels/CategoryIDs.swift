import GestaltData
import GestaltLabels
import GestaltMedia

/// The categories of a set by their ids in masks, background first.
struct CategoryIDs {
    /// The largest id: 255 marks unlabeled pixels.
    static let limit = Int(Clip.ignoredLabel) - 1
    private static let backgroundNames: Set = ["background", "_background_", "__background__"]

    private(set) var categories: [LabelCategory]
    private var ids: [String: UInt8] = [:]
    /// Whether further names are unknown, not added.
    private let isClosed: Bool

    /// - Parameters:
    ///   - names: the categories that are imported; nil for all that come up.
    ///   - existing: the categories of the set that is extended, background first.
    init(names: [String]?, existing: [LabelCategory]) {
        categories = existing.isEmpty ? [LabelCategory("background")] : existing
        isClosed = names != nil
        for name in names ?? [] where !categories.contains(where: { $0.name == name }) {
            categories.append(LabelCategory(name))
        }
        for (id, category) in categories.enumerated() where id > 0 {
            ids[category.name] = UInt8(clamping: id)
        }
    }

    /// Whether a category of this name is background.
    static func isBackground(_ name: String) -> Bool {
        backgroundNames.contains(name.lowercased())
    }

    /// Returns the id of each category of a label file: 0 for background, 255 for what counts
    /// for nothing, nil for one that is unknown.
    /// - Throws: ``ImportError/tooManyCategories(found:)``.
    mutating func ids(of file: LabelSet) throws(ImportError) -> [UInt8?] {
        let result = file.categories.map { add($0) }
        guard categories.count - 1 <= Self.limit else {
            throw .tooManyCategories(found: categories.count - 1)
        }
        return result
    }

    private mutating func add(_ category: LabeledCategory) -> UInt8? {
        if category.isIgnored { return Clip.ignoredLabel }
        if let id = ids[category.name] {
            categories[Int(id)].color = categories[Int(id)].color ?? category.color
            return id
        }
        if Self.isBackground(category.name) { return 0 }
        guard !isClosed else { return nil }
        categories.append(LabelCategory(category.name, color: category.color))
        let id = UInt8(clamping: categories.count - 1)
        ids[category.name] = id
        return id
    }
}
