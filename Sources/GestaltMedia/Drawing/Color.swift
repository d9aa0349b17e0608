/// Red, green and blue, 0 to 255.
public struct Color: Sendable, Hashable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    public static let black = Color(0, 0, 0)
    public static let white = Color(255, 255, 255)
    public static let gray = Color(128, 128, 128)

    /// Returns a color for a label: 0 is black, 1 red, then colors that differ from their neighbors
    /// and from red; they repeat after fifteen. 255, the label of ignored pixels, is gray.
    public static func label(_ id: UInt8) -> Color {
        switch id {
        case 0: .black
        case 255: .gray
        default: labels[(Int(id) - 1) % labels.count]
        }
    }

    private static let labels: [Color] = [
        Color(230, 40, 40), Color(50, 130, 255), Color(60, 190, 70), Color(255, 200, 30),
        Color(170, 70, 220), Color(40, 210, 220), Color(255, 130, 30), Color(240, 90, 190),
        Color(150, 220, 60), Color(110, 90, 230), Color(20, 150, 130), Color(200, 160, 110),
        Color(140, 180, 255), Color(160, 110, 40), Color(220, 220, 220),
    ]

    var bytes: [UInt8] { [red, green, blue] }
}
