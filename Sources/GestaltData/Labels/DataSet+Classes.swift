extension DataSet {
    /// The set with masks that hold the classes of a model; the one place where ids become classes.
    ///
    /// With one class nothing changes: any id above 0 is foreground. With K, an instance with a
    /// category (``Clip/categories``) counts as that category, any other id as itself; those of
    /// ``LabelMeaning/instances`` from K − 1 on become K − 1, one of ``LabelMeaning/classes`` from K
    /// on is an error. Ignored pixels stay ignored.
    ///
    /// - Throws: ``ClipError/label(path:value:expected:)``.
    public func classified(into count: Int) throws(ClipError) -> DataSet {
        guard count > 1 else { return self }
        let rule = ClassRule(meaning: labelMeaning, last: UInt8(clamping: count - 1))
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
        if let categories, categories.count > count {
            let others = categories[(count - 1)...].map(\.name).joined(separator: " or ")
            let last = LabelCategory(others, color: categories[count - 1].color)
            result.categories = categories.prefix(count - 1) + [last]
        }
        return result
    }

    /// What people call the categories, background first; nil where that is unknown.
    public var classNames: [String]? {
        get { categories?.map(\.name) }
        set { categories = newValue.map { $0.map { LabelCategory($0) } } }
    }
}
