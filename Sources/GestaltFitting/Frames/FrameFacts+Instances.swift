import GestaltData
import GestaltRecipes

/// Labels that tell objects apart.
extension FrameFacts {
    /// Returns the number of classes of objects, with the background.
    ///
    /// - Parameter classes: the number to use, of which the last takes all further categories, or
    ///   further ids where there are no categories; nil for that of the categories, else 2.
    /// - Throws: `ClipError` for labels that do not tell objects apart, or for more classes than
    ///   categories.
    static func instanceClasses(of set: DataSet, _ classes: Int?) throws(ClipError) -> Int {
        guard set.labelCoding?.isBinary != true else {
            throw .notFound(
                path: set.name, expected: "masks whose ids number objects",
                found: "masks of 0 and 255, which have foreground alone")
        }
        let known = set.categories.map { max(2, min($0.count, Int(Clip.ignoredLabel))) }
        if let classes, let known, classes > known {
            throw .notFound(
                path: set.name, expected: "categories for \(classes) classes",
                found: "\(known), the background included")
        }
        let count = max(2, classes ?? known ?? 2)
        _ = try set.categorized(into: count)
        return count
    }

    /// Returns the categories of objects, background first.
    static func instanceCategories(
        of set: DataSet, classes: Int
    ) throws(ClipError) -> [ModelCategory] {
        if let categories = try set.categorized(into: classes).categories {
            return categories.enumerated()
                .map { ModelCategory($1, number: UInt8(clamping: $0)) }
        }
        var usual = ModelCategories.usual(classes: classes)
        if classes == 2 { usual[1].name = "object" }
        return usual
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
