import GestaltIO

/// A format of label files, known by name. Formats are registered; see ``LabelFormat/registry``.
public struct LabelFormat: Sendable {
    /// The title in messages: `COCO`, `CVAT XML`.
    public let title: String
    /// The usual name of what is written: `annotations.json`; without an ending it is a folder.
    public let fileName: String
    /// Whether a file or folder looks like this format, by its content; quick, reads little.
    public let recognizes: @Sendable (_ path: String) throws -> Bool
    /// Reads the labels of a file or folder.
    public let read:
        @Sendable (_ path: String, _ options: LabelReadingOptions) throws -> LabelReading
    /// Writes labels to a file or folder, and returns what the format could not hold; nil for
    /// formats that are only read.
    public let write: (@Sendable (_ labels: LabelSet, _ path: String) throws -> [LabelProblem])?

    public init(
        title: String, fileName: String = "annotations",
        recognizes: @escaping @Sendable (_ path: String) throws -> Bool,
        read:
            @escaping @Sendable (_ path: String, _ options: LabelReadingOptions) throws ->
            LabelReading,
        write:
            (@Sendable (_ labels: LabelSet, _ path: String) throws -> [LabelProblem])? = nil
    ) {
        self.title = title
        self.fileName = fileName
        self.recognizes = recognizes
        self.read = read
        self.write = write
    }
}

extension LabelFormat {
    /// Returns the format of a name, and its writer.
    /// - Throws: `RegistryError` that lists the known formats, ``LabelError`` for one that is only
    ///   read.
    public static func written(
        named name: String
    ) throws -> (
        format: LabelFormat,
        write: @Sendable (_ labels: LabelSet, _ path: String) throws -> [LabelProblem]
    ) {
        let format = try registry.entry(named: name)
        guard let write = format.write else {
            throw LabelError(path: name, "\(format.title) is read, not written")
        }
        return (format, write)
    }
}

/// Facts that some formats need and do not state.
public struct LabelReadingOptions: Sendable {
    /// The pictures that the labels belong to. With it, names are matched with files, sizes
    /// compared with theirs, and labels of pictures that are not there omitted and reported.
    public var pictures: PictureFolder?
    /// Returns the size of a picture by its name, for formats in fractions of it (YOLO); nil where
    /// it is unknown.
    public var size: @Sendable (_ name: String) -> PictureSize?
    /// The categories of formats that state numbers only: of PNG values (see the PNG format), and of
    /// a YOLO text file without its YAML file. LabelMe and Label Studio begin their lists with them.
    public var categories: [LabeledCategory]

    public init(
        pictures: PictureFolder? = nil, categories: [LabeledCategory] = [],
        size: @escaping @Sendable (_ name: String) -> PictureSize? = { _ in nil }
    ) {
        self.pictures = pictures
        self.categories = categories
        self.size = size
    }
}

/// The result of reading a label file.
public struct LabelReading: Sendable {
    public var labels: LabelSet
    /// What was repaired or omitted, in order.
    public var problems: [LabelProblem]
    /// Whether objects are told apart; false where all pixels of a category are one object, as in
    /// label pictures whose values are categories.
    public var tellsInstances: Bool

    public init(
        _ labels: LabelSet, problems: [LabelProblem] = [], tellsInstances: Bool = true
    ) {
        self.labels = labels
        self.problems = problems
        self.tellsInstances = tellsInstances
    }
}

/// Something wrong in a label file that reading survived.
public struct LabelProblem: Sendable, Hashable, CustomStringConvertible {
    public enum Outcome: String, Sendable, Codable {
        /// Read after a repair, which the message states.
        case repaired
        /// The record was omitted; the rest was read.
        case omitted
        /// The record was read without something that labels have no place for, which the message
        /// names: attributes, key points.
        case ignored
    }

    public var outcome: Outcome
    /// The path of the file.
    public var path: String
    /// The place in it: `annotations[3].segmentation`, `line 7`.
    public var place: String
    public var message: String

    public init(_ outcome: Outcome, path: String, place: String, _ message: String) {
        self.outcome = outcome
        self.path = path
        self.place = place
        self.message = message
    }

    public var description: String { "\(path): \(place): \(message)" }
}

/// A label file that cannot be read as a whole.
public struct LabelError: Error, Hashable, CustomStringConvertible {
    public var path: String
    /// The place in the file; empty for the whole.
    public var place: String
    public var message: String

    public init(path: String, place: String = "", _ message: String) {
        self.path = path
        self.place = place
        self.message = message
    }

    public var description: String {
        place.isEmpty ? "\(path): \(message)" : "\(path): \(place): \(message)"
    }
}
