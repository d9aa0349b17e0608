import GestaltIO
import GestaltMedia

/// The categories of the values in label pictures, with their colors.
struct LabelTable {
    /// With the value as ``LabeledCategory/number``; value 0 is background and none of them.
    var categories: [LabeledCategory]
    /// The ids of colors, for RGB pictures; nil where no category has a color.
    let colors: LabelColors?

    /// The names of files with such a table.
    static let fileNames = ["labelmap.txt", "label_colors.txt"]

    /// Creates the table of given categories; those without a number that a pixel can have follow
    /// the largest one.
    init(_ categories: [LabeledCategory], background: Color = .black, name: String) {
        let values = 0...65535
        var next = (categories.compactMap(\.number).filter(values.contains).max() ?? 0) + 1
        self.categories = categories.map { category in
            var category = category
            if category.number.map(values.contains) != true {
                category.number = next
                next += 1
            }
            return category
        }
        var ids: [Color: Int] = [:]
        for category in self.categories {
            guard let color = category.color, let number = category.number else { continue }
            ids[color] = ids[color] ?? number
        }
        if ids.isEmpty {
            colors = nil
        } else {
            ids[background] = ids[background] ?? 0
            let border = LabelColors.vocPalette[Self.ignoredValue]
            ids[border] = ids[border] ?? Self.ignoredValue
            colors = LabelColors(name: name, ids: ids)
        }
    }

    /// The value of pixels that count for nothing, by the convention of Pascal VOC, Cityscapes and
    /// DAVIS.
    static let ignoredValue = 255

    /// The category of ignored pixels.
    static let ignored = LabeledCategory("void", number: ignoredValue, isIgnored: true)

    /// Returns the table of the options, else of a file in the first of `folders` that has one;
    /// nil without any.
    /// - Throws: ``LabelError`` for a file that is no table, `FileFailure` for an unreadable one.
    static func find(
        _ options: LabelReadingOptions, in folders: [String]
    ) throws -> LabelTable? {
        if !options.categories.isEmpty {
            return LabelTable(options.categories, name: "the given categories")
        }
        for folder in folders {
            for name in fileNames {
                let path = folder + "/" + name
                if case .file? = try? PathStatus(path) { return try LabelTable(file: path) }
            }
        }
        return nil
    }
}

extension LabelTable {
    /// Reads a table: lines `name:red,green,blue:…` as CVAT and datumaro write for Pascal VOC, or
    /// lines `red green blue name` of CamVid. The number of a line is the value in pictures of ids,
    /// from 0 for the background; where it is not the first, values count from 1 without it.
    ///
    /// - Throws: ``LabelError`` with the first line that is neither, `FileFailure` for an
    ///   unreadable file.
    init(file path: String) throws {
        let bytes = try FileReader.bytes(path: path, limit: 1 << 24)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LabelError(path: path, "the text is not UTF-8")
        }
        var entries: [LabeledCategory] = []
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        )
        .enumerated() {
            let line = String(line).trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let entry = Self.colonEntry(line) ?? Self.spaceEntry(line) else {
                throw LabelError(
                    path: path, place: "line \(index + 1)",
                    "expected “name:red,green,blue::” or “red green blue name”, found "
                        + "“\(line.prefix(60))”")
            }
            entries.append(entry)
        }
        let background =
            entries.firstIndex { $0.name.lowercased() == "background" }
            ?? entries.firstIndex { $0.color == .black }
        var categories: [LabeledCategory] = []
        for (index, entry) in entries.enumerated() where index != background {
            var entry = entry
            entry.isIgnored = ["void", "ignored"].contains(entry.name.lowercased())
            let number = background == 0 ? index : categories.count + 1
            entry.number = entry.isIgnored ? Self.ignoredValue : number
            categories.append(entry)
        }
        self.init(
            categories, background: background.flatMap { entries[$0].color } ?? .black, name: path)
    }

    private static func colonEntry(_ line: String) -> LabeledCategory? {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 2, !fields[0].isEmpty else { return nil }
        if fields[1].isEmpty { return LabeledCategory(String(fields[0])) }
        return color(fields[1].split(separator: ",")).map {
            LabeledCategory(String(fields[0]), color: $0)
        }
    }

    private static func spaceEntry(_ line: String) -> LabeledCategory? {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 4, let color = color(Array(fields[..<3])) else { return nil }
        return LabeledCategory(fields[3...].joined(separator: " "), color: color)
    }

    private static func color(_ fields: [Substring]) -> Color? {
        let values = fields.compactMap { UInt8(String($0).trimmed) }
        return values.count == 3 && fields.count == 3
            ? Color(values[0], values[1], values[2]) : nil
    }

    /// Returns the text of a table with the categories in the order of their values from 1 on.
    ///
    /// - Throws: ``LabelError`` for a name that the table cannot hold.
    static func text(
        of categories: [LabeledCategory], path: String
    ) throws(LabelError) -> String {
        var lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
        for (index, category) in categories.enumerated() {
            let name = category.name
            guard !name.isEmpty, !name.hasPrefix("#"), name.trimmed == name,
                !name.contains(where: { $0 == ":" || $0.isNewline })
            else {
                throw LabelError(
                    path: path, "the category name “\(name)” cannot be a line of a label map")
            }
            let value = category.isIgnored ? ignoredValue : index + 1
            let color = category.color ?? LabelColors.vocPalette[value % 256]
            lines.append("\(name):\(color.red),\(color.green),\(color.blue)::")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
