import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltSegHeads

/// A category that a segmentation model tells apart: its name and its color, `#RRGGBB`.
public struct ModelCategory: Codable, Sendable, Hashable {
    public var name: String
    public var color: String

    public init(name: String, color: String) { (self.name, self.color) = (name, color) }

    /// - Parameter number: the number of the category, for one without a color of its own.
    public init(_ category: LabelCategory, number: UInt8) {
        let color = category.color ?? .label(number)
        self.init(
            name: category.name,
            color: "#"
                + [color.red, color.green, color.blue].map {
                    ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
                }.joined())
    }

    /// The color as a value; nil where the text is none.
    public var value: Color? {
        guard color.hasPrefix("#"), color.utf8.count == 7,
            let number = Int(color.dropFirst(), radix: 16)
        else { return nil }
        return Color(UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255))
    }
}

/// The categories of a segmentation model, background first: `categories.json` next to its weights.
public enum ModelCategories {
    static func path(in folder: String) -> String { folder + "/categories.json" }

    /// Reads the categories of a model's folder; empty where it has none.
    /// - Throws: `FileFailure`, `ConfigurationError` for a damaged file.
    public static func read(from folder: String) throws -> [ModelCategory] {
        let path = path(in: folder)
        guard (try? PathStatus(path)) != nil else { return [] }
        return try StrictJSON.decode(
            from: FileReader.bytes(path: path, limit: 1 << 20), path: path)
    }

    /// Returns the categories of an opened model: the stored ones, or the usual ones of its classes.
    /// - Throws: as ``read(from:)``; `ModelMismatch` for a model that segments nothing.
    public static func of(_ opened: OpenedModel) throws -> [ModelCategory] {
        let stored = try read(from: opened.path)
        guard stored.isEmpty else { return stored }
        let classes =
            try (opened.model as? any InstanceModel)?.classes ?? opened.segmentation().classes
        return usual(classes: classes)
    }

    static func write(_ categories: [ModelCategory], to folder: String) throws {
        try AtomicFile.write(StrictJSON.encode(categories), to: path(in: folder))
    }

    /// Returns the categories of a model without any stored: `foreground`, or the numbers.
    public static func usual(classes: Int) -> [ModelCategory] {
        let names =
            classes == 1
            ? ["background", "foreground"]
            : ["background"] + (1..<classes).map { "class \($0)" }
        return names.enumerated().map {
            ModelCategory(LabelCategory($1), number: UInt8(clamping: $0))
        }
    }
}
