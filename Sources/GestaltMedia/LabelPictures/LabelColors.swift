/// A table of label ids by color, for label images that are stored as colors.
public struct LabelColors: Equatable, Sendable {
    /// The name of the table in messages.
    public let name: String
    /// The id of each color.
    public let ids: [Color: Int]

    public init(name: String = "the given colors", ids: [Color: Int]) {
        self.name = name
        self.ids = ids
    }

    /// The colors of Pascal VOC's and DAVIS' label images: 256 distinct colors. Id 255, the ignored
    /// border, is (224, 224, 192).
    public static let voc = LabelColors(
        name: "the VOC color map",
        ids: Dictionary(uniqueKeysWithValues: vocPalette.enumerated().map { ($1, $0) }))

    /// ``voc`` as a palette: the color of id 0, 1, … 255.
    ///
    /// Bits 0, 3, 6 of an id are the highest bits of red, bits 1, 4, 7 of green, bits 2, 5 of
    /// blue. Source: the development kit of the PASCAL Visual Object Classes Challenge 2012.
    public static let vocPalette: [Color] = (0..<256).map { id in
        func channel(_ first: Int) -> UInt8 {
            (0..<3).reduce(0) { sum, step in
                sum | UInt8(id >> (first + 3 * step) & 1) << UInt8(7 - step)
            }
        }
        return Color(channel(0), channel(1), channel(2))
    }
}
