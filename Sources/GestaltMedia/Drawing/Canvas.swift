import GestaltChecks
import GestaltTensor

/// An RGB image to draw on. Parts outside of it are clipped.
public struct Canvas: Sendable {
    public let height: Int
    public let width: Int
    private var bytes: [UInt8]

    /// - Precondition: both sides are positive.
    public init(height: Int, width: Int, background: Color = .white) {
        require(height > 0 && width > 0, "Canvas(height: \(height), width: \(width))")
        self.height = height
        self.width = width
        bytes = Pixels(height: height, width: width, fill: background.bytes).bytes
    }

    /// The current image, `[H, W, 3]`.
    public var image: Tensor<UInt8> { Tensor(shape: [height, width, 3], scalars: bytes) }

    /// Fills a rectangle.
    public mutating func fill(x: Int, y: Int, width: Int, height: Int, with color: Color) {
        for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
            for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
                put(color, at: 3 * (row * self.width + column))
            }
        }
    }

    /// Draws an image `[H, W]`, `[H, W, 1]`, `[H, W, 3]` or `[H, W, 4]` with its upper left corner
    /// at (`x`, `y`); transparency is ignored.
    public mutating func draw(_ picture: Tensor<UInt8>, x: Int, y: Int) {
        let pixels = Pixels(picture, "Canvas.draw").converted(to: .rgb)
        let columns = max(0, -x)..<max(0, -x, min(pixels.width, width - x))
        guard !columns.isEmpty else { return }
        for row in max(0, -y)..<max(0, -y, min(pixels.height, height - y)) {
            let source = 3 * (row * pixels.width + columns.lowerBound)
            let target = 3 * ((y + row) * width + x + columns.lowerBound)
            bytes.replaceSubrange(
                target..<(target + 3 * columns.count),
                with: pixels.bytes[source..<(source + 3 * columns.count)])
        }
    }

    /// Writes one line of text in the font of `Glyphs`; each of its dots is `size` pixels wide.
    public mutating func draw(
        _ text: String, x: Int, y: Int, color: Color = .black, size: Int = 1
    ) {
        require(size > 0, "Canvas.draw: text of size \(size)")
        for (place, character) in text.enumerated() {
            let left = x + place * Glyphs.advance * size
            for (row, dots) in Glyphs.rows(of: character).enumerated() {
                for column in 0..<Glyphs.width where dots >> (Glyphs.width - 1 - column) & 1 == 1 {
                    fill(
                        x: left + column * size, y: y + row * size, width: size, height: size,
                        with: color)
                }
            }
        }
    }

    /// Returns the width of `text` as drawn by ``draw(_:x:y:color:size:)``.
    public static func width(of text: String, size: Int = 1) -> Int {
        max(0, text.count * Glyphs.advance - (Glyphs.advance - Glyphs.width)) * size
    }

    private mutating func put(_ color: Color, at place: Int) {
        bytes[place] = color.red
        bytes[place + 1] = color.green
        bytes[place + 2] = color.blue
    }
}
