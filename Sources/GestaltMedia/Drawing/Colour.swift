/// Red, green and blue, 0 to 255.
public struct Colour: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    public static let black = Colour(0, 0, 0)
    public static let white = Colour(255, 255, 255)
    public static let grey = Colour(128, 128, 128)

    /// A colour for a label: 0 is black, 1 red, then colours that differ from their neighbours
    /// and from red; they repeat after fifteen. 255, the label of ignored pixels, is grey.
    public static func label(_ id: UInt8) -> Colour {
        switch id {
        case 0: .black
        case 255: .grey
        default: labels[(Int(id) - 1) % labels.count]
        }
    }

    private static let labels: [Colour] = [
        Colour(230, 40, 40), Colour(50, 130, 255), Colour(60, 190, 70), Colour(255, 200, 30),
        Colour(170, 70, 220), Colour(40, 210, 220), Colour(255, 130, 30), Colour(240, 90, 190),
        Colour(150, 220, 60), Colour(110, 90, 230), Colour(20, 150, 130), Colour(200, 160, 110),
        Colour(140, 180, 255), Colour(160, 110, 40), Colour(220, 220, 220),
    ]

    var bytes: [UInt8] { [red, green, blue] }
}
