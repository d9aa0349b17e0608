/// The categories of a format without a list of them, in the order in which their names occur.
package struct CategoryTable {
    package private(set) var categories: [LabeledCategory]
    private var indices: [String: Int]

    package init(_ categories: [LabeledCategory] = []) {
        self.categories = categories
        indices = Dictionary(categories.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// Returns the index of a name, which is added if it is new.
    package mutating func index(of name: String) -> Int {
        if let index = indices[name] { return index }
        indices[name] = categories.count
        categories.append(LabeledCategory(name))
        return categories.count - 1
    }
}
