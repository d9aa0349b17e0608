import GestaltIO

/// A format of data sets that a module above this one reads, recognized by content.
///
/// ``DataSet/open(_:split:options:seed:progress:)`` looks for the first registered format that
/// recognizes a path before it takes the path for a tree of pictures, arrays or records.
public struct DataFormat: Sendable {
    /// Whether the data at a path are of this format; quick, reads little.
    public let recognizes: @Sendable (_ path: String) -> Bool
    /// The splits that the data have.
    public let splits: @Sendable (_ path: String) throws -> [Split]
    /// Opens the clips of a split that the data have.
    public let open:
        @Sendable (_ path: String, _ split: Split, _ options: ClipOptions) throws -> Content

    /// The clips of one split.
    public struct Content: Sendable {
        public var clips: any ClipSource
        /// The categories of labels, background first; nil where they are unknown.
        public var categories: [LabelCategory]?

        public init(_ clips: any ClipSource, categories: [LabelCategory]? = nil) {
            self.clips = clips
            self.categories = categories
        }
    }

    public init(
        recognizes: @escaping @Sendable (_ path: String) -> Bool,
        splits: @escaping @Sendable (_ path: String) throws -> [Split],
        open:
            @escaping @Sendable (
                _ path: String, _ split: Split, _ options: ClipOptions
            ) throws -> Content
    ) {
        self.recognizes = recognizes
        self.splits = splits
        self.open = open
    }

    /// All formats that `DataSet.open` knows beside its own.
    public static let registry = Registry<DataFormat>("data format")

    /// The first format that recognizes the data at `path`.
    static func format(of path: String) -> DataFormat? {
        registry.all.first { $0.recognizes(path) }
    }

    /// Opens the clips of a split.
    /// - Throws: `ClipError.noSplit` for a split that the data do not have.
    func content(_ path: String, _ split: Split, _ options: ClipOptions) throws -> Content {
        let found = try splits(path)
        guard found.contains(split) else {
            throw ClipError.noSplit(path: path, split: split, found: found)
        }
        return try open(path, split, options)
    }
}

extension DataSet {
    /// The clips of a split of data in a registered format.
    static func open(
        _ location: String, in format: DataFormat, split: Split, options: ClipOptions,
        progress: ProgressHandler?
    ) throws -> DataSet {
        guard options.holdout == nil else {
            let found = try format.splits(location).map(\.folder).joined(separator: ", ")
            throw ClipError.notFound(
                path: location, expected: "data without splits (--holdout makes them)",
                found: "the splits \(found)")
        }
        let content = try format.content(location, split, options)
        var set = try load(
            content.clips, indices: options.limit.map { Array(0..<min($0, content.clips.count)) },
            options: options, name: location, split: split, progress: progress)
        set.categories = content.categories
        if options.masks == .required { try set.requireMasks() }
        return set
    }
}
