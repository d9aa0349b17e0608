import GestaltData
import GestaltRecipes

/// Labels that tell objects apart.
extension FrameFacts {
    /// Returns the number of classes of objects, with the background.
    ///
    /// - Parameter classes: the number to use at most; nil for that of the categories.
    /// - Throws: `ClipError` for labels that do not tell objects apart.
    static func instanceClasses(of set: DataSet, _ classes: Int?) throws(ClipError) -> Int {
        guard set.labelCoding?.isBinary != true else {
            throw .notFound(
                path: set.name, expected: "masks whose ids number objects",
                found: "masks of 0 and 255, which have foreground alone")
        }
        let known = max(2, min(set.categories?.count ?? 2, Int(Clip.ignoredLabel)))
        let count = max(2, min(classes ?? known, known))
        _ = try set.categorized(into: count)
        return count
    }

    /// Returns the categories of objects, background first.
    static func instanceCategories(
        of set: DataSet, classes: Int
    ) throws(ClipError) -> [ModelCategory] {
        let categories = try set.categorized(into: classes).categories
        let usual = [LabelCategory("background"), LabelCategory("object")]
        return (categories ?? usual).enumerated()
            .map { ModelCategory($1, number: UInt8(clamping: $0)) }
    }

    /// Returns the largest number of objects in a labeled frame.
    static func mostObjects(in sets: [DataSet]) -> Int {
        sets.flatMap { set in
            LabeledFrames.labeled(in: set).map { frame in
                LabelSummary(of: set, frames: [frame]).ids.count { $0 > 0 }
            }
        }.max() ?? 0
    }
}
