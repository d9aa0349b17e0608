import GestaltChecks

extension DataSet {
    /// Returns the set with the class of each instance in ``Clip/categories``; masks keep their
    /// ids. The counterpart of ``classified(into:)`` for models that tell instances apart.
    ///
    /// Categories beyond the last class count as the last class. Of robot-push clips with 3 classes
    /// 1 is the arm and 2 every object, with 2 both are 1. Ignored pixels stay ignored.
    ///
    /// - Parameter count: the number of classes, background included.
    /// - Throws: ``ClipError/notFound(path:expected:found:)`` where ids are classes, as in
    ///   ``LabelMeaning/classes``; ``ClipError/label(path:value:expected:)`` for an instance
    ///   without a category.
    /// - Precondition: at least 2 classes.
    public func categorized(into count: Int) throws(ClipError) -> DataSet {
        require(count > 1, "DataSet.categorized(into: \(count)): 2 or more")
        guard labelMeaning == .instances else {
            throw .notFound(
                path: name, expected: "masks whose ids number instances (--instances)",
                found: "masks whose ids are classes")
        }
        // Without the number of categories none is divided: instances are apart already.
        let rule = ClassRule(labelMeaning, classes: count, categories: nil)
        let path = name
        var result: DataSet
        switch content {
        case .memory(let clips):
            var categorized: [Clip] = []
            for clip in clips { categorized.append(try rule.categorized(clip, path: path)) }
            result = with(.memory(categorized))
        case .lazy(var clips):
            for place in clips.entries.indices {
                clips.entries[place] = try rule.categorized(clips.entries[place], path: path)
            }
            clips.changes.append { try rule.categorized($0, path: path) }
            result = with(.lazy(clips))
        }
        result.categories = categories.map { Self.classes(count, of: $0, divided: nil) }
        return result
    }
}
