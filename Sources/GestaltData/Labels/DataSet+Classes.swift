import GestaltMedia

extension DataSet {
    /// Returns the set with masks that hold the classes of a model; the one place where ids become
    /// classes.
    ///
    /// With one class nothing changes: any id above 0 is foreground. With K classes, an instance
    /// with a category (``Clip/categories``) counts as that category, any other id as itself; those
    /// of ``LabelMeaning/instances`` from K − 1 on become K − 1, one of ``LabelMeaning/classes``
    /// from K on is an error. Ignored pixels stay ignored.
    ///
    /// With more classes than ``categories``, instances of the last category are told apart. Of
    /// robot-push clips with 5 classes, 0 is background, 1 the arm, 2 and 3 the first two objects
    /// of a clip and 4 all others; with 3 classes all objects are 2, with 2 arm and objects are 1.
    ///
    /// - Throws: ``ClipError/label(path:value:expected:)``.
    public func classified(into count: Int) throws(ClipError) -> DataSet {
        guard count > 1 else { return self }
        let rule = ClassRule(labelMeaning, classes: count, categories: categories?.count)
        var result: DataSet
        switch content {
        case .memory(let clips):
            var classified: [Clip] = []
            for clip in clips { classified.append(try rule.classified(clip, path: name)) }
            result = with(.memory(classified))
        case .lazy(var clips):
            let path = name
            for place in clips.entries.indices {
                clips.entries[place] = try rule.classified(clips.entries[place], path: path)
            }
            clips.changes.append { try rule.classified($0, path: path) }
            result = with(.lazy(clips))
        }
        result.categories = categories.map { Self.classes(count, of: $0, divided: rule.divided) }
        return result
    }

    /// Returns the classes of a model by name: several categories as one, or one as several.
    static func classes(
        _ count: Int, of categories: [LabelCategory], divided: UInt8?
    ) -> [LabelCategory] {
        if categories.count > count {
            let others = categories[(count - 1)...].map(\.name).joined(separator: " or ")
            let last = LabelCategory(others, color: categories[count - 1].color)
            return categories.prefix(count - 1) + [last]
        }
        guard divided != nil, let last = categories.last else { return categories }
        let number = count - categories.count + 1
        // One color for all would hide what is told apart.
        return categories.dropLast()
            + (1...number).map {
                LabelCategory("\(last.name) \($0)" + ($0 == number ? " or later" : ""))
            }
    }

    /// The names of the categories, background first; nil where they are unknown.
    public var classNames: [String]? {
        get { categories?.map(\.name) }
        set { categories = newValue.map { $0.map { LabelCategory($0) } } }
    }
}
