import GestaltMedia

/// The labels of pictures whose values are ids, in the making: what a value means depends on all of
/// them.
struct IDLabelSet {
    private let table: LabelTable?
    private var pictures: [(picture: LabeledPicture, regions: IDRegions)] = []

    init(table: LabelTable?) { self.table = table }

    mutating func add(_ regions: IDRegions, to picture: LabeledPicture) {
        pictures.append((picture, regions))
    }

    /// Returns the labels.
    ///
    /// - Throws: ``LabelError`` for a black-and-white mask with soft edges, if it is all there is.
    func reading(_ problems: [LabelProblem], path: String) throws(LabelError) -> LabelReading {
        var problems = problems
        let values = Set(pictures.flatMap { $0.regions.ids }).sorted()
        let meaning = ValueMeaning(values, table, isWide: pictures.contains { $0.regions.isWide })
        var categories = meaning.categories
        if table == nil {
            for index in categories.indices {
                guard let number = categories[index].number else { continue }
                categories[index].color = categories[index].color ?? color(of: number)
            }
        }
        var labels = LabelSet(categories: categories)
        for (picture, regions) in pictures {
            if let message = regions.softness {
                let error = LabelError(path: regions.path, message)
                if pictures.count == 1 { throw error }
                problems.omit(error)
                continue
            }
            var picture = picture
            for id in regions.ids {
                guard let mask = regions.masks[id] else { continue }
                guard let category = meaning.index(of: id) else {
                    problems.append(
                        LabelProblem(
                            .omitted, path: regions.path, place: "value \(id)",
                            "\(mask.area) pixels of a value without a category"))
                    continue
                }
                picture.objects.append(
                    LabeledObject(
                        category: category, region: .runs(mask), instance: id,
                        place: "value \(id)"))
            }
            labels.pictures.append(picture)
        }
        return LabelReading(labels, problems: problems, tellsInstances: false)
    }

    /// Returns the color of a value in the first palette that has one.
    private func color(of value: Int) -> Color? {
        for (_, regions) in pictures where value < regions.palette.count {
            return regions.palette[value]
        }
        return nil
    }
}

/// The categories of the values of a set of label pictures.
struct ValueMeaning {
    let categories: [LabeledCategory]
    private let indices: [Int: Int]

    /// - Parameters:
    ///   - values: All values that occur, ascending, without 0.
    ///   - table: The known categories; nil where every value is one of its own.
    ///   - isWide: Whether values have 16 bits, so that 255 is one like others.
    init(_ values: [Int], _ table: LabelTable?, isWide: Bool) {
        let ignored = LabelTable.ignoredValue
        var categories = table?.categories ?? []
        let isKnown = categories.contains { $0.number == ignored }
        if values == [ignored], !isKnown {
            // Black and white: 255 is foreground, of the only category if there is one.
            if categories.count != 1 {
                categories.append(LabeledCategory("foreground", number: ignored))
            }
            self.categories = categories
            indices = [ignored: categories.count - 1]
            return
        }
        if table == nil {
            categories = values.filter { isWide || $0 != ignored }.map {
                LabeledCategory("\($0)", number: $0)
            }
        }
        if values.contains(ignored), !isWide, !isKnown { categories.append(LabelTable.ignored) }
        self.categories = categories
        indices = Dictionary(
            categories.enumerated().compactMap { index, category in
                category.number.map { ($0, index) }
            }
        ) { first, _ in first }
    }

    /// Returns the category of a value; nil for none.
    func index(of value: Int) -> Int? { indices[value] }
}

extension IDRegions {
    /// What is wrong with a black-and-white mask with soft edges; nil for other pictures.
    ///
    /// Regions of an id are wide; the grays between black and white that resizing leaves are
    /// thinner than two pixels.
    var softness: String? {
        guard case .gray(8) = encoding, masks[255] != nil else { return nil }
        let between = masks.filter { $0.key != 255 }
        guard between.count >= 8 else { return nil }
        let pixels = between.values.reduce(0) { $0 + $1.area }
        let runs = between.values.reduce(0) { $0 + $1.runs.count / 2 }
        guard pixels < 2 * runs else { return nil }
        return betweenMessage(pixels)
    }

    /// The message about values that a mask of 0 and 255 has besides.
    func betweenMessage(_ pixels: Int) -> String {
        let first = ids.first { $0 != 255 } ?? 0
        return
            "expected 0 and 255, found \(pixels) pixels between, the lowest \(first): edges that "
            + "resizing or a lossy format made soft"
    }
}
