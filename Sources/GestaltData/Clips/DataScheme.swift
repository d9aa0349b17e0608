import GestaltIO

/// Data that a word names instead of a path: `sample`, `synthetic:32`.
///
/// The scheme of a location is the text before its first colon.
public struct DataScheme: Sendable {
    /// Makes or reads the clips of one split.
    public let open:
        @Sendable (
            _ location: String, _ split: Split, _ options: ClipOptions, _ seed: UInt64,
            _ progress: ProgressHandler?
        ) throws -> DataSet

    public init(
        open:
            @escaping @Sendable (
                _ location: String, _ split: Split, _ options: ClipOptions, _ seed: UInt64,
                _ progress: ProgressHandler?
            ) throws -> DataSet
    ) {
        self.open = open
    }

    /// All schemes that ``DataSet/open(_:split:options:seed:progress:)`` knows. Their data come in
    /// splits.
    public static let registry = Registry<DataScheme>("data scheme")

    static func scheme(of location: String) -> DataScheme? {
        registry[String(location.prefix { $0 != ":" })]
    }
}
